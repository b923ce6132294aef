//! A strict reader for JSON (RFC 8259) that keeps number lexemes and finds
//! duplicate keys, which no feature of `serde_json` does together.

use std::borrow::Cow;

use super::{
    Document, JsonError, JsonErrorKind as Kind, MAX_DEPTH, MAX_NUMBER, Reading, reading::Traits,
    strings,
};

impl<'a> Reading<'a> {
    /// As [`Document::parse`].
    ///
    /// # Errors
    /// As [`Document::parse`].
    pub fn of(bytes: &'a [u8]) -> Result<Self, JsonError> {
        let text = std::str::from_utf8(bytes).map_err(|error| JsonError {
            offset: error.valid_up_to(),
            kind: Kind::NotUtf8,
        })?;
        let mut parser = Parser {
            text,
            at: 0,
            depth: 0,
            traits: Traits {
                plain: true,
                scalars: false,
            },
        };
        let mut document = Document::Null;
        parser.value(&mut document)?;
        match parser.next_token() {
            None => Ok(Reading::new(document, text, parser.traits)),
            Some(_) => Err(parser.error(Kind::Trailing)),
        }
    }
}

type Member<'a> = (Cow<'a, str>, Document<'a>);

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    traits: Traits,
}

impl<'a> Parser<'a> {
    /// Reads a value into its place. Handed from function to function instead,
    /// inside a result, documents take as long to move as to read.
    fn value(&mut self, place: &mut Document<'a>) -> Result<(), JsonError> {
        *place = match self.next_token() {
            Some(b'"') => {
                let text = self.string()?;
                self.traits.plain &= !text.is_empty();
                Document::Text(text)
            }
            Some(b'{') => Document::Object(self.nested(Self::object)?),
            Some(b'[') => Document::Array(self.nested(Self::array)?),
            Some(b'-' | b'0'..=b'9') => {
                self.traits.scalars = true;
                Document::Number(Cow::Borrowed(self.number()?))
            }
            Some(b't') => self.word("true", Document::Bool(true))?,
            Some(b'f') => self.word("false", Document::Bool(false))?,
            Some(b'n') => self.word("null", Document::Null)?,
            Some(_) => return Err(self.error(Kind::Unexpected)),
            None => return Err(self.error(Kind::Unfinished)),
        };
        Ok(())
    }

    fn nested<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<Vec<T>, JsonError>,
    ) -> Result<Vec<T>, JsonError> {
        if self.depth >= MAX_DEPTH {
            return Err(self.error(Kind::TooDeep));
        }
        self.depth += 1;
        self.at += 1;
        let items = inner(self)?;
        self.traits.plain &= !items.is_empty();
        self.depth -= 1;
        Ok(items)
    }

    fn array(&mut self) -> Result<Vec<Document<'a>>, JsonError> {
        let mut items = Vec::new();
        if self.take(b']') {
            return Ok(items);
        }
        loop {
            self.value(items.push_mut(Document::Null))?;
            if self.ends(b']')? {
                return Ok(items);
            }
        }
    }

    fn object(&mut self) -> Result<Vec<Member<'a>>, JsonError> {
        let mut members = Vec::new();
        if self.take(b'}') {
            return Ok(members);
        }
        loop {
            match self.next_token() {
                Some(b'"') => {}
                Some(_) => return Err(self.error(Kind::Unexpected)),
                None => return Err(self.error(Kind::Unfinished)),
            }
            let key = self.string()?;
            if !self.take(b':') {
                return Err(self.unexpected());
            }
            let (_, place) = members.push_mut((key, Document::Null));
            self.value(place)?;
            if self.ends(b'}')? {
                return self.sorted(members);
            }
        }
    }

    /// Sorts the members of an object, which also brings equal keys together.
    /// What a sender has sealed in canonical form is sorted already.
    fn sorted(&mut self, mut members: Vec<Member<'a>>) -> Result<Vec<Member<'a>>, JsonError> {
        if !members.is_sorted_by(|(a, _), (b, _)| a < b) {
            self.traits.plain = false;
            members.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
            let equal = members
                .iter()
                .zip(members.iter().skip(1))
                .find(|((a, _), (b, _))| a == b);
            if let Some(((key, _), _)) = equal {
                return Err(self.error(Kind::Duplicate(key.clone().into_owned())));
            }
        }
        Ok(members)
    }

    /// Behind an item: takes a comma (`false`) or the closing bracket (`true`).
    fn ends(&mut self, bracket: u8) -> Result<bool, JsonError> {
        if self.take(b',') {
            Ok(false)
        } else if self.take(bracket) {
            Ok(true)
        } else {
            Err(self.unexpected())
        }
    }

    fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        let start = self.at + 1;
        let rest = self.text.get(start..).unwrap_or_default();
        match strings::read(rest) {
            Ok((text, length)) => {
                self.at = start + length;
                self.traits.plain &= matches!(text, Cow::Borrowed(_));
                Ok(text)
            }
            Err((offset, kind)) => {
                self.at = start + offset;
                Err(self.error(kind))
            }
        }
    }

    fn number(&mut self) -> Result<&'a str, JsonError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            // A zero stands alone before the point.
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        let lexeme = self.text.get(start..self.at).unwrap_or_default();
        if lexeme.len() > MAX_NUMBER {
            return Err(JsonError {
                offset: start,
                kind: Kind::LongNumber,
            });
        }
        Ok(lexeme)
    }

    /// Passes one digit or more.
    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start {
            Err(self.unexpected())
        } else {
            Ok(())
        }
    }

    fn word(&mut self, word: &str, document: Document<'a>) -> Result<Document<'a>, JsonError> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        if !rest.starts_with(word) {
            return Err(self.error(Kind::Unexpected));
        }
        self.at += word.len();
        self.traits.scalars |= document != Document::Null;
        self.traits.plain &= document != Document::Null;
        Ok(document)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes blanks and looks at what follows.
    fn next_token(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
            self.traits.plain = false;
        }
        self.peek()
    }

    /// Passes blanks and `token`, if it follows.
    fn take(&mut self, token: u8) -> bool {
        let found = self.next_token() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn unexpected(&self) -> JsonError {
        self.error(if self.peek().is_some() {
            Kind::Unexpected
        } else {
            Kind::Unfinished
        })
    }

    const fn error(&self, kind: Kind) -> JsonError {
        JsonError {
            offset: self.at,
            kind,
        }
    }
}
