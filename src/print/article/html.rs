//! An article as one HTML page, to be read, filed and printed.

use std::fmt::Write;

use super::{Article, Block, Grid, Line, Span};

const HEAD: &str = "<style>\n\
    body{font:14px/1.6 \"Noto Sans CJK SC\",\"Microsoft YaHei\",sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}\n\
    table{border-collapse:collapse;width:100%;font-size:12px}\n\
    td,th{border:1px solid #bbb;padding:2px 6px;text-align:left;vertical-align:top;overflow-wrap:anywhere}\n\
    th{background:#eee}pre{background:#f6f6f6;padding:.5rem;font-size:12px;white-space:pre-wrap;overflow-wrap:anywhere}\n\
    @media print{h2{break-before:auto;break-after:avoid}tr,pre{break-inside:avoid}thead{display:table-header-group}}\n\
    @page{size:A4;margin:15mm}\n</style></head><body>\n";

/// The page.
pub fn html(article: &Article) -> String {
    let (title, title_en) = (escaped(article.title), escaped(article.title_en));
    let mut page = String::new();
    // Writing into a String cannot fail.
    let _ = write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\n\
         <title>{title}</title>\n{HEAD}<h1>{title}<br><small>{title_en}</small></h1>\n"
    );
    for block in &article.blocks {
        let _ = match block {
            Block::Chapter { id, text } => {
                writeln!(page, "<h2 id=\"{}\">{}</h2>", escaped(id), escaped(text))
            }
            Block::Heading(text) => writeln!(page, "<h3>{}</h3>", escaped(text)),
            Block::Text(spans) => writeln!(page, "<p>{}</p>", inline(spans)),
            Block::Listing(text) => writeln!(page, "<pre>{}</pre>", escaped(text)),
            Block::Grid(grid) => table(&mut page, grid),
        };
    }
    page.push_str("</body></html>\n");
    page
}

fn table(page: &mut String, grid: &Grid) -> std::fmt::Result {
    let headings = grid.columns.iter().map(|(text, _)| text);
    let headings: String = headings
        .map(|text| format!("<th>{}</th>", escaped(text)))
        .collect();
    writeln!(page, "<table><thead><tr>{headings}</tr></thead>")?;
    for row in &grid.rows {
        match row {
            Line::Part(text) => {
                let columns = grid.columns.len();
                writeln!(
                    page,
                    "<tr><th colspan=\"{columns}\">{}</th></tr>",
                    escaped(text)
                )?;
            }
            Line::Cells(cells) => {
                let cells = cells.iter().map(|cell| inline(cell));
                let cells: String = cells.map(|cell| format!("<td>{cell}</td>")).collect();
                writeln!(page, "<tr>{cells}</tr>")?;
            }
        }
    }
    writeln!(page, "</table>")
}

fn inline(spans: &[Span]) -> String {
    let parts = spans.iter().map(|span| match span {
        Span::Text(text) => escaped(text),
        Span::Code(text) => format!("<code>{}</code>", escaped(text)),
        Span::Link { to, text } => format!("<a href=\"#{}\">{}</a>", escaped(to), escaped(text)),
        Span::Break => "<br>".to_owned(),
    });
    parts.collect()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print::article::{code, plain};

    #[test]
    fn what_text_holds_is_no_markup() {
        let article = Article {
            title: "甲<乙",
            title_en: "a",
            blocks: vec![
                Block::Text(plain("x & <b>\"y\"</b>")),
                Block::Grid(Grid {
                    columns: vec![("列 column", 1)],
                    rows: vec![Line::Part("<i>".into()), Line::Cells(vec![code("a&b")])],
                }),
            ],
        };
        let page = html(&article);
        assert!(page.contains("<title>甲&lt;乙</title>"));
        assert!(page.contains("<p>x &amp; &lt;b&gt;&quot;y&quot;&lt;/b&gt;</p>"));
        assert!(page.contains("<th colspan=\"1\">&lt;i&gt;</th>"));
        assert!(page.contains("<td><code>a&amp;b</code></td>"));
    }
}
