//! A text with headings and tables, to be read as a page or printed: what it says, apart
//! from how it is drawn ([`html`], and `pdf::draw_article`).

mod html;

pub use html::html;

/// An article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Title, Chinese.
    pub title: &'static str,
    /// Title, English.
    pub title_en: &'static str,
    /// From beginning to end.
    pub blocks: Vec<Block>,
}

/// A part of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading of a chapter, which can be linked to.
    Chapter {
        /// What links name it by.
        id: String,
        /// Its text.
        text: String,
    },
    /// A heading below.
    Heading(&'static str),
    /// A paragraph.
    Text(Spans),
    /// Text whose lines and indentation stay.
    Listing(String),
    /// A table.
    Grid(Grid),
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// Columns with their share of the width.
    pub columns: Vec<(&'static str, u8)>,
    /// Rows.
    pub rows: Vec<Line>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A heading over the rows that follow.
    Part(String),
    /// A cell for each column.
    Cells(Vec<Spans>),
}

/// Text in pieces.
pub type Spans = Vec<Span>;

/// A piece of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// As it is.
    Text(String),
    /// A name, a path, a value.
    Code(String),
    /// Leads to a chapter.
    Link {
        /// The chapter's id.
        to: String,
        /// What it says.
        text: String,
    },
    /// A new line.
    Break,
}

/// Text as it is.
pub fn plain(text: &str) -> Spans {
    vec![Span::Text(text.to_owned())]
}

/// A name, a path, a value.
pub fn code(text: &str) -> Spans {
    vec![Span::Code(text.to_owned())]
}

/// Text in which names stand between grave accents.
pub fn prose(text: &str) -> Spans {
    let parts = text.split('`').enumerate();
    let spans = parts.map(|(index, part)| match index % 2 {
        0 => Span::Text(part.to_owned()),
        _ => Span::Code(part.to_owned()),
    });
    spans
        .filter(|span| !matches!(span, Span::Text(text) if text.is_empty()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_between_accents_are_set_apart() {
        let text = |text: &str| Span::Text(text.to_owned());
        assert_eq!(
            prose("取 `SM4` 或 `SM4-GCM`。"),
            [
                text("取 "),
                Span::Code("SM4".into()),
                text(" 或 "),
                Span::Code("SM4-GCM".into()),
                text("。")
            ]
        );
        assert_eq!(prose(""), []);
        assert_eq!(plain("`"), [text("`")]);
    }
}
