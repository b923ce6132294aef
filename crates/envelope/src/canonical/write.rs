//! Writing a document: canonical, or whole.

use super::{Document, Scalars, strings};

/// What a writer leaves out and quotes.
#[derive(Clone, Copy)]
struct Style {
    drop_empty: bool,
    quote_scalars: bool,
}

pub(super) fn canonical(document: &Document<'_>, scalars: Scalars) -> String {
    let style = Style {
        drop_empty: true,
        quote_scalars: scalars == Scalars::Text,
    };
    let mut out = String::with_capacity(1024);
    if !write(&mut out, document, style) {
        out.push_str("{}");
    }
    out
}

pub(super) fn compact(document: &Document<'_>) -> String {
    let mut out = String::with_capacity(1024);
    write(
        &mut out,
        document,
        Style {
            drop_empty: false,
            quote_scalars: false,
        },
    );
    out
}

/// Writes the document and says whether there was anything to write. If not,
/// `out` is as it was.
fn write(out: &mut String, document: &Document<'_>, style: Style) -> bool {
    match document {
        Document::Null if style.drop_empty => return false,
        Document::Null => out.push_str("null"),
        Document::Bool(value) => scalar(out, if *value { "true" } else { "false" }, style),
        Document::Number(lexeme) => scalar(out, lexeme, style),
        Document::Text(text) if text.is_empty() && style.drop_empty => return false,
        Document::Text(text) => strings::write(out, text),
        Document::Array(items) => {
            return brackets(out, ['[', ']'], style, items, |out, item| {
                write(out, item, style)
            });
        }
        Document::Object(members) => {
            return brackets(out, ['{', '}'], style, members, |out, (key, value)| {
                strings::write(out, key);
                out.push(':');
                write(out, value, style)
            });
        }
    }
    true
}

fn scalar(out: &mut String, lexeme: &str, style: Style) {
    if style.quote_scalars {
        strings::write(out, lexeme);
    } else {
        out.push_str(lexeme);
    }
}

/// Writes the items that have something to write, and takes everything back
/// when none has.
fn brackets<T>(
    out: &mut String,
    [open, close]: [char; 2],
    style: Style,
    items: &[T],
    mut item: impl FnMut(&mut String, &T) -> bool,
) -> bool {
    let start = out.len();
    out.push(open);
    let mut any = false;
    for each in items {
        let mark = out.len();
        if any {
            out.push(',');
        }
        if item(out, each) {
            any = true;
        } else {
            out.truncate(mark);
        }
    }
    if style.drop_empty && !any {
        out.truncate(start);
        return false;
    }
    out.push(close);
    true
}
