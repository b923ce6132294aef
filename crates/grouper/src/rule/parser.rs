//! Tokens to a [`Rule`], by recursive descent: `or` binds weakest, then `and`,
//! then a single condition or brackets.

use super::error::{Expected, RuleError};
use super::lexer::{Placed, Token, tokens};
use super::{CodeVariable, Comparison, Count, Membership, NumberVariable, Relation, Rule, Target};

/// Brackets within brackets that a text may hold: workbooks are input from
/// outside, and the parser's stack is not to be theirs. The 3.0 rules need four.
const MAX_DEPTH: usize = 64;

pub(super) fn parse(text: &str) -> Result<Rule, RuleError> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        position: 0,
        end: text.chars().count() + 1,
        depth: 0,
    };
    if parser.tokens.is_empty() {
        return Ok(Rule::True);
    }
    let rule = parser.alternatives()?;
    match parser.peek() {
        None => Ok(rule),
        Some(_) => Err(parser.error(Expected::End)),
    }
}

struct Parser<'a> {
    tokens: Vec<Placed<'a>>,
    position: usize,
    end: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.position).map(|placed| placed.token)
    }

    fn error(&self, expected: Expected) -> RuleError {
        let placed = self.tokens.get(self.position);
        RuleError {
            column: placed.map_or(self.end, |placed| placed.column),
            expected,
            found: placed.map_or_else(String::new, |placed| placed.token.text().to_owned()),
        }
    }

    fn take_if(&mut self, wanted: Token<'_>) -> bool {
        let taken = self.peek() == Some(wanted);
        if taken {
            self.position += 1;
        }
        taken
    }

    fn take(&mut self, wanted: Token<'_>, expected: Expected) -> Result<(), RuleError> {
        if self.take_if(wanted) {
            Ok(())
        } else {
            Err(self.error(expected))
        }
    }

    /// Takes a word of the language; the workbooks write `or` and `OR`.
    fn take_keyword(&mut self, keyword: &str) -> bool {
        let taken =
            matches!(self.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword));
        if taken {
            self.position += 1;
        }
        taken
    }

    fn alternatives(&mut self) -> Result<Rule, RuleError> {
        let first = self.conjunction()?;
        let mut parts = vec![first];
        while self.take_keyword("or") {
            parts.push(self.conjunction()?);
        }
        Ok(one_or(parts, Rule::Any))
    }

    fn conjunction(&mut self) -> Result<Rule, RuleError> {
        let first = self.condition()?;
        let mut parts = vec![first];
        while self.take_keyword("and") {
            parts.push(self.condition()?);
        }
        Ok(one_or(parts, Rule::All))
    }

    fn condition(&mut self) -> Result<Rule, RuleError> {
        match self.peek() {
            Some(Token::OpenBracket) => self.brackets(),
            Some(Token::Number("1")) => {
                self.position += 1;
                Ok(Rule::True)
            }
            Some(Token::OpenBrace) => self.membership(),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("length") => self.count(),
            Some(Token::Word(word)) => {
                let number = NumberVariable::ALL.into_iter().find(|v| v.name() == word);
                match number {
                    Some(variable) => self.comparison(variable),
                    None if CodeVariable::ALL.iter().any(|v| v.name() == word) => self.membership(),
                    None => Err(self.error(Expected::Condition)),
                }
            }
            _ => Err(self.error(Expected::Condition)),
        }
    }

    fn brackets(&mut self) -> Result<Rule, RuleError> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(Expected::LessNesting));
        }
        self.depth += 1;
        self.take(Token::OpenBracket, Expected::OpenBracket)?;
        let inner = self.alternatives()?;
        self.take(Token::CloseBracket, Expected::CloseBracket)?;
        self.depth -= 1;
        Ok(inner)
    }

    fn comparison(&mut self, variable: NumberVariable) -> Result<Rule, RuleError> {
        self.position += 1;
        Ok(Rule::Comparison(Comparison {
            variable,
            relation: self.relation()?,
            number: self.number()?,
        }))
    }

    fn membership(&mut self) -> Result<Rule, RuleError> {
        let codes = self.list(Self::code_variable)?;
        let negated = self.take_keyword("not");
        if !self.take_keyword("in") {
            return Err(self.error(Expected::In));
        }
        let sets = self.list(Self::target)?;
        Ok(Rule::Membership(Membership {
            codes,
            sets,
            negated,
        }))
    }

    fn count(&mut self) -> Result<Rule, RuleError> {
        self.position += 1;
        self.take(Token::OpenBracket, Expected::OpenBracket)?;
        let set = self.set_name()?;
        self.take(Token::Intersection, Expected::Intersection)?;
        let codes = self.list(Self::code_variable)?;
        self.take(Token::CloseBracket, Expected::CloseBracket)?;
        Ok(Rule::Count(Count {
            set,
            codes,
            relation: self.relation()?,
            number: self.number()?,
        }))
    }

    /// One item, or several in braces.
    fn list<T>(
        &mut self,
        item: impl Fn(&mut Self) -> Result<T, RuleError>,
    ) -> Result<Vec<T>, RuleError> {
        if !self.take_if(Token::OpenBrace) {
            return Ok(vec![item(self)?]);
        }
        let mut items = vec![item(self)?];
        while self.take_if(Token::Comma) {
            items.push(item(self)?);
        }
        self.take(Token::CloseBrace, Expected::CommaOrBrace)?;
        Ok(items)
    }

    fn code_variable(&mut self) -> Result<CodeVariable, RuleError> {
        let found = match self.peek() {
            Some(Token::Word(word)) => CodeVariable::ALL.into_iter().find(|v| v.name() == word),
            _ => None,
        };
        let variable = found.ok_or_else(|| self.error(Expected::CodeVariable))?;
        self.position += 1;
        Ok(variable)
    }

    fn target(&mut self) -> Result<Target, RuleError> {
        Ok(match self.peek() {
            Some(Token::Word("MCC")) => {
                self.position += 1;
                Target::Mcc
            }
            Some(Token::Word("CC")) => {
                self.position += 1;
                Target::Cc
            }
            _ => Target::Set(self.set_name()?),
        })
    }

    fn set_name(&mut self) -> Result<String, RuleError> {
        match self.peek() {
            Some(Token::Word(word)) if !is_reserved(word) => {
                self.position += 1;
                Ok(word.to_owned())
            }
            _ => Err(self.error(Expected::SetName)),
        }
    }

    fn relation(&mut self) -> Result<Relation, RuleError> {
        match self.peek() {
            Some(Token::Relation(relation)) => {
                self.position += 1;
                Ok(relation)
            }
            _ => Err(self.error(Expected::Relation)),
        }
    }

    fn number(&mut self) -> Result<u32, RuleError> {
        let number = match self.peek() {
            Some(Token::Number(digits)) => digits.parse().ok(),
            _ => None,
        };
        let number = number.ok_or_else(|| self.error(Expected::Number))?;
        self.position += 1;
        Ok(number)
    }
}

/// Words of the language are no set names: `ZYZD in and` is a slip, not a set.
fn is_reserved(word: &str) -> bool {
    ["and", "or", "not", "in", "length"]
        .iter()
        .any(|keyword| word.eq_ignore_ascii_case(keyword))
        || word == "MCC"
        || word == "CC"
        || CodeVariable::ALL.iter().any(|v| v.name() == word)
        || NumberVariable::ALL.iter().any(|v| v.name() == word)
}

fn one_or(mut parts: Vec<Rule>, many: impl FnOnce(Vec<Rule>) -> Rule) -> Rule {
    match parts.len() {
        1 => parts.pop().unwrap_or_default(),
        _ => many(parts),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> (usize, Expected) {
        let error = parse(text).expect_err(text);
        (error.column, error.expected)
    }

    #[test]
    fn empty_and_one_are_true() {
        assert_eq!(parse(""), Ok(Rule::True));
        assert_eq!(parse(" \n "), Ok(Rule::True));
        assert_eq!(parse("1"), Ok(Rule::True));
    }

    #[test]
    fn and_binds_stronger_than_or_in_either_case() {
        let rule = parse("NL=0 and XB=1 OR XSRTL<=28").expect("a rule");
        let Rule::Any(parts) = rule else {
            panic!("not an alternative")
        };
        assert!(matches!(parts.first(), Some(Rule::All(all)) if all.len() == 2));
    }

    #[test]
    fn every_form_of_the_language_reads_and_prints() {
        for text in [
            "ZYZD in DI_B00",
            "ZYSS not in OP_ALL",
            "{ZYSS, QTSS} in OP1_AC1 and {ZYSS, QTSS} in OP2_AC1",
            "QTZD in {MCC}",
            "QTZD in {MCC, CC}",
            "QTZD in {DI_Z02, DI_Z03}",
            "length(OP_X ∩ {ZYSS, QTSS})>=2 and ZYSS in OP_X",
            "(XSRTZ>0 and XSRTZ<1500) or ZYTS>7",
        ] {
            assert_eq!(parse(text).expect(text).to_string(), text);
        }
    }

    #[test]
    fn errors_name_the_column() {
        assert_eq!(error("ZYZD im DI_B00"), (6, Expected::In));
        assert_eq!(error("ZYZD in"), (8, Expected::SetName));
        assert_eq!(error("ZYZD in and"), (9, Expected::SetName));
        assert_eq!(error("(ZYZD in DI_A"), (14, Expected::CloseBracket));
        assert_eq!(error("NL == 0"), (5, Expected::Number));
        assert_eq!(error("NL<99999999999"), (4, Expected::Number));
        assert_eq!(error("NL=0 XB=1"), (6, Expected::End));
        assert_eq!(error("主诊 in DI_A"), (1, Expected::Symbol));
        assert_eq!(error("（NL=0）"), (1, Expected::Symbol));
        assert_eq!(error("{ZYZD; QTZD} in DI_A"), (6, Expected::Symbol));
        assert_eq!(error("{ZYZD QTZD} in DI_A"), (7, Expected::CommaOrBrace));
        assert_eq!(error("length(DI_A, ZYZD)>1"), (12, Expected::Intersection));
        assert_eq!(error("XY=1"), (1, Expected::Condition));
        assert_eq!(error("0"), (1, Expected::Condition));
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = |n: usize| format!("{}1{}", "(".repeat(n), ")".repeat(n));
        assert_eq!(parse(&deep(MAX_DEPTH)), Ok(Rule::True));
        assert_eq!(
            error(&deep(MAX_DEPTH + 1)),
            (MAX_DEPTH + 1, Expected::LessNesting)
        );
    }
}
