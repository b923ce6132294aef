//! Grammar of the condition language.
//!
//! ```text
//! or         = xor { "or" xor }
//! xor        = and { "xor" and }
//! and        = not { "and" not }
//! not        = "not" not | comparison
//! comparison = sum [ op sum [ op sum ] | ["not"] "in" set | "present" | "means" text ]
//! sum        = product { ("+" | "-") product }
//! product    = atom { ("*" | "/" | "mod") atom }
//! set        = "{" atom { "," atom } "}" | atom [ ".." atom ]
//! atom       = number | text | "(" or ")" | name | call | lookup
//! call       = word "(" [ argument { "," argument } ] ")"
//! argument   = or [ "where" or ]
//! lookup     = "TAB" "." word "[" or [ "," or ] "]" "." word
//! ```

use super::Fault;
use super::ast::{Argument, Binary, Comparison, Expr, ExprKind};
use super::lexer::{Token, TokenKind, words};

/// Deepest nesting accepted: rules are short, and a deeper one would only
/// serve to exhaust the stack.
const MAX_DEPTH: usize = 64;

/// Reads a whole condition.
///
/// # Errors
/// The first fault, with its offset.
pub(crate) fn parse(source: &str) -> Result<Expr, Fault> {
    let tokens = words(source)?;
    let mut parser = Parser {
        tokens,
        position: 0,
        depth: 0,
    };
    let condition = parser.or()?;
    match parser.peek() {
        TokenKind::End => Ok(condition),
        other => Err(Fault::new(
            parser.offset(),
            format!("此处应为条件结尾，实为 {}", other.shown()),
            format!("expected the end of the condition, found {}", other.shown()),
        )),
    }
}

struct Parser {
    tokens: Vec<Token>,
    position: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> &TokenKind {
        self.tokens
            .get(self.position)
            .map_or(&TokenKind::End, |token| &token.kind)
    }

    fn offset(&self) -> usize {
        let last = self.tokens.len().saturating_sub(1);
        self.tokens
            .get(self.position.min(last))
            .map_or(0, |token| token.offset)
    }

    fn next(&mut self) -> TokenKind {
        let kind = self.peek().clone();
        self.position += 1;
        kind
    }

    fn takes_symbol(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), TokenKind::Symbol(s) if *s == symbol);
        if found {
            self.position += 1;
        }
        found
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let found = self.sees_word(word);
        if found {
            self.position += 1;
        }
        found
    }

    fn sees_word(&self, word: &str) -> bool {
        matches!(self.peek(), TokenKind::Name(name) if name == word)
    }

    fn needs_symbol(&mut self, symbol: &str) -> Result<(), Fault> {
        if self.takes_symbol(symbol) {
            return Ok(());
        }
        let found = self.peek().shown();
        Err(Fault::new(
            self.offset(),
            format!("此处应为 `{symbol}`，实为 {found}"),
            format!("expected `{symbol}`, found {found}"),
        ))
    }

    fn needs_name(&mut self) -> Result<String, Fault> {
        let offset = self.offset();
        match self.next() {
            TokenKind::Name(name) => Ok(name),
            other => Err(Fault::new(
                offset,
                format!("此处应为名称，实为 {}", other.shown()),
                format!("expected a name, found {}", other.shown()),
            )),
        }
    }

    fn or(&mut self) -> Result<Expr, Fault> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Fault::new(
                self.offset(),
                format!("嵌套超过 {MAX_DEPTH} 层"),
                format!("nested deeper than {MAX_DEPTH} levels"),
            ));
        }
        let expr = self.joined("or", Binary::Or, Self::xor);
        self.depth -= 1;
        expr
    }

    fn xor(&mut self) -> Result<Expr, Fault> {
        self.joined("xor", Binary::Xor, Self::and)
    }

    fn and(&mut self) -> Result<Expr, Fault> {
        self.joined("and", Binary::And, Self::not)
    }

    fn joined(
        &mut self,
        word: &str,
        operator: Binary,
        part: fn(&mut Self) -> Result<Expr, Fault>,
    ) -> Result<Expr, Fault> {
        let mut left = part(self)?;
        while self.takes_word(word) {
            let right = part(self)?;
            left = binary(left, operator, right);
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Expr, Fault> {
        let offset = self.offset();
        let mut negations = 0_usize;
        while self.takes_word("not") {
            negations += 1;
        }
        let mut expr = self.comparison()?;
        for _ in 0..negations % 2 {
            expr = Expr {
                offset,
                kind: ExprKind::Not(Box::new(expr)),
            };
        }
        Ok(expr)
    }

    fn comparison(&mut self) -> Result<Expr, Fault> {
        let left = self.sum()?;
        let offset = left.offset;
        let kind = if let Some(operator) = self.comparison_operator() {
            let middle = self.sum()?;
            let first = compare(left, operator, middle.clone());
            return Ok(match self.comparison_operator() {
                // `0 <= S.nwb_age <= 28` reads as both comparisons
                Some(second) => {
                    let right = self.sum()?;
                    binary(first, Binary::And, compare(middle, second, right))
                }
                None => first,
            });
        } else if self.takes_word("in") {
            ExprKind::In(Box::new(left), Box::new(self.set()?), false)
        } else if self.sees_word("not") {
            self.position += 1;
            if !self.takes_word("in") {
                let found = self.peek().shown();
                return Err(Fault::new(
                    self.offset(),
                    format!("`not` 之后应为 `in`，实为 {found}"),
                    format!("expected `in` after `not`, found {found}"),
                ));
            }
            ExprKind::In(Box::new(left), Box::new(self.set()?), true)
        } else if self.takes_word("present") {
            ExprKind::Present(Box::new(left))
        } else if self.takes_word("means") {
            let at = self.offset();
            match self.next() {
                TokenKind::Text(name) => ExprKind::Means(Box::new(left), name),
                other => {
                    return Err(Fault::new(
                        at,
                        format!("`means` 之后应为文本，实为 {}", other.shown()),
                        format!("expected a text after `means`, found {}", other.shown()),
                    ));
                }
            }
        } else {
            return Ok(left);
        };
        Ok(Expr { offset, kind })
    }

    fn comparison_operator(&mut self) -> Option<Comparison> {
        let operator = match self.peek() {
            TokenKind::Symbol("=") => Comparison::Equal,
            TokenKind::Symbol("!=") => Comparison::NotEqual,
            TokenKind::Symbol("<") => Comparison::Less,
            TokenKind::Symbol("<=") => Comparison::LessOrEqual,
            TokenKind::Symbol(">") => Comparison::Greater,
            TokenKind::Symbol(">=") => Comparison::GreaterOrEqual,
            _ => return None,
        };
        self.position += 1;
        Some(operator)
    }

    fn sum(&mut self) -> Result<Expr, Fault> {
        let mut left = self.product()?;
        loop {
            let operator = if self.takes_symbol("+") {
                Binary::Add
            } else if self.takes_symbol("-") {
                Binary::Subtract
            } else {
                return Ok(left);
            };
            let right = self.product()?;
            left = binary(left, operator, right);
        }
    }

    fn product(&mut self) -> Result<Expr, Fault> {
        let mut left = self.atom()?;
        loop {
            let operator = if self.takes_symbol("*") {
                Binary::Multiply
            } else if self.takes_symbol("/") {
                Binary::Divide
            } else if self.takes_word("mod") {
                Binary::Remainder
            } else {
                return Ok(left);
            };
            let right = self.atom()?;
            left = binary(left, operator, right);
        }
    }

    fn set(&mut self) -> Result<Expr, Fault> {
        let offset = self.offset();
        if self.takes_symbol("{") {
            let mut members = vec![self.atom()?];
            while self.takes_symbol(",") {
                members.push(self.atom()?);
            }
            self.needs_symbol("}")?;
            return Ok(Expr {
                offset,
                kind: ExprKind::Set(members),
            });
        }
        let low = self.atom()?;
        if !self.takes_symbol("..") {
            return Ok(low);
        }
        let high = self.atom()?;
        Ok(Expr {
            offset,
            kind: ExprKind::Range(Box::new(low), Box::new(high)),
        })
    }

    fn atom(&mut self) -> Result<Expr, Fault> {
        let offset = self.offset();
        let kind = match self.next() {
            TokenKind::Number(lexeme) => ExprKind::Number(lexeme),
            TokenKind::Text(text) => ExprKind::Text(text),
            TokenKind::Symbol("(") => {
                let inner = self.or()?;
                self.needs_symbol(")")?;
                return Ok(inner);
            }
            // `in(code, "A00-B99")` is a function, `code in {…}` an operator
            TokenKind::Name(word)
                if (word == "in" || !is_reserved(&word)) && self.takes_symbol("(") =>
            {
                ExprKind::Call {
                    function: word,
                    args: self.arguments()?,
                }
            }
            TokenKind::Name(word) if is_reserved(&word) => return Err(misplaced(offset, &word)),
            TokenKind::Name(word) => self.name(word)?,
            other => {
                return Err(Fault::new(
                    offset,
                    format!("此处应为值、名称或函数，实为 {}", other.shown()),
                    format!(
                        "expected a value, a name or a function, found {}",
                        other.shown()
                    ),
                ));
            }
        };
        Ok(Expr { offset, kind })
    }

    fn name(&mut self, first: String) -> Result<ExprKind, Fault> {
        let mut path = vec![first];
        while self.takes_symbol(".") {
            path.push(self.needs_name()?);
        }
        if !self.takes_symbol("[") {
            return Ok(ExprKind::Name(path));
        }
        let offset = self.offset();
        let key = self.or()?;
        let on = if self.takes_symbol(",") {
            Some(Box::new(self.or()?))
        } else {
            None
        };
        self.needs_symbol("]")?;
        self.needs_symbol(".")?;
        let attribute = self.needs_name()?;
        match path.as_slice() {
            [tab, table] if tab == "TAB" => Ok(ExprKind::Lookup {
                table: table.clone(),
                key: Box::new(key),
                on,
                attribute,
            }),
            _ => Err(Fault::new(
                offset,
                "方括号只能用于 TAB.表名",
                "brackets may only follow a TAB name",
            )),
        }
    }

    fn arguments(&mut self) -> Result<Vec<Argument>, Fault> {
        let mut args = Vec::new();
        if self.takes_symbol(")") {
            return Ok(args);
        }
        loop {
            let value = self.or()?;
            let filter = if self.takes_word("where") {
                Some(self.or()?)
            } else {
                None
            };
            args.push(Argument { value, filter });
            if self.takes_symbol(",") {
                continue;
            }
            self.needs_symbol(")")?;
            return Ok(args);
        }
    }
}

fn is_reserved(word: &str) -> bool {
    matches!(
        word,
        "and" | "or" | "xor" | "not" | "in" | "where" | "present" | "means" | "mod"
    )
}

fn misplaced(offset: usize, word: &str) -> Fault {
    Fault::new(
        offset,
        format!("保留字 `{word}` 不能用在这里"),
        format!("reserved word `{word}` cannot stand here"),
    )
}

fn binary(left: Expr, operator: Binary, right: Expr) -> Expr {
    Expr {
        offset: left.offset,
        kind: ExprKind::Binary(Box::new(left), operator, Box::new(right)),
    }
}

fn compare(left: Expr, operator: Comparison, right: Expr) -> Expr {
    Expr {
        offset: left.offset,
        kind: ExprKind::Compare(Box::new(left), operator, Box::new(right)),
    }
}
