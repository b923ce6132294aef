//! Where everything of an article goes.

use super::{
    Face, Mark,
    flow::{Boxed, Flow, LEADING, MARGIN, PAD, SIZE, SMALL, WIDTH},
};
use crate::print::article::{Article, Block, Grid, Line, Span};

const TITLE: f32 = 18.0;
const CHAPTER: f32 = 13.0;
const HEADING: f32 = 10.0;

/// The pages of an article.
pub(super) fn pages(article: &Article, face: &Face) -> Vec<Vec<Mark>> {
    let mut flow = Flow::new(face);
    flow.centred(article.title, TITLE, true);
    flow.centred(article.title_en, SIZE, false);
    flow.y += 12.0;
    for block in &article.blocks {
        match block {
            Block::Chapter { text, .. } => flow.heading_line(text, CHAPTER, 14.0),
            Block::Heading(text) => flow.heading_line(text, HEADING, 4.0),
            Block::Text(spans) => {
                flow.paragraph(&text(spans), MARGIN, SIZE);
                flow.y += 4.0;
            }
            Block::Listing(text) => {
                for line in text.lines() {
                    let indent = line.len() - line.trim_start().len();
                    let indent: f32 = (0..indent).map(|_| SMALL * 0.5).sum();
                    flow.paragraph(line.trim_start(), MARGIN + PAD + indent, SMALL);
                }
                flow.y += 6.0;
            }
            Block::Grid(grid) => flow.grid(grid),
        }
    }
    flow.pages(&format!("{}　{}", article.title, article.title_en))
}

impl Flow<'_> {
    /// A heading, never alone at the foot of a page.
    fn heading_line(&mut self, text: &str, size: f32, before: f32) {
        if !self.fits(before + size * LEADING + 60.0) {
            self.new_page();
        } else {
            self.y += before;
        }
        self.boxes(&[(text.to_owned(), MARGIN, WIDTH, size, true)], size);
        self.y += 2.0;
    }

    /// Text that may go on over a page's end.
    fn paragraph(&mut self, text: &str, x: f32, size: f32) {
        for line in self.face.lines(text, size, MARGIN + WIDTH - x) {
            self.boxes(&[(line, x, WIDTH, size, false)], size);
            // Lines of one paragraph stand closer than boxes do.
            self.y -= 1.5;
        }
    }

    fn grid(&mut self, grid: &Grid) {
        let edges = edges(grid);
        self.columns(grid, &edges);
        for row in &grid.rows {
            match row {
                Line::Part(text) => {
                    self.cells(grid, std::slice::from_ref(text), &[(MARGIN, WIDTH)], true)
                }
                Line::Cells(cells) => {
                    let cells: Vec<String> = cells.iter().map(|cell| text(cell)).collect();
                    self.cells(grid, &cells, &edges, false);
                }
            }
        }
        self.y += 8.0;
    }

    fn columns(&mut self, grid: &Grid, edges: &[(f32, f32)]) {
        let names: Vec<&str> = grid.columns.iter().map(|(name, _)| *name).collect();
        let line = boxed(&names, edges, true);
        self.rule(self.y, 0.8);
        self.place(&line, SMALL);
        self.y += self.height(&line, SMALL);
        self.rule(self.y, 0.8);
    }

    /// A row, on the next page with the columns above it where it does not fit. No cell of
    /// the articles here is as high as a page; a test looks.
    fn cells(&mut self, grid: &Grid, cells: &[String], edges: &[(f32, f32)], strong: bool) {
        let texts: Vec<&str> = cells.iter().map(String::as_str).collect();
        let line = boxed(&texts, edges, strong);
        let height = self.height(&line, SMALL);
        if !self.fits(height) {
            self.new_page();
            self.columns(grid, &self::edges(grid));
        }
        self.place(&line, SMALL);
        self.y += height;
        self.rule(self.y, 0.25);
    }
}

fn boxed<'t>(texts: &[&'t str], edges: &[(f32, f32)], strong: bool) -> Vec<Boxed<'t>> {
    let cell = |(text, (x, width)): (&&'t str, &(f32, f32))| Boxed {
        text,
        x: *x,
        width: *width,
        size: SMALL,
        strong,
        right: false,
    };
    texts.iter().zip(edges).map(cell).collect()
}

/// Left edge and width of the text of each column.
fn edges(grid: &Grid) -> Vec<(f32, f32)> {
    let shares = grid.columns.iter().map(|(_, share)| f32::from(*share));
    let all: f32 = shares.clone().sum();
    let mut x = MARGIN;
    let edge = |share: f32| {
        let width = WIDTH * share / all;
        x += width;
        (x - width, width - 2.0 * PAD)
    };
    shares.map(edge).collect()
}

fn text(spans: &[Span]) -> String {
    let parts = spans.iter().map(|span| match span {
        Span::Text(text) | Span::Code(text) | Span::Link { text, .. } => text.as_str(),
        Span::Break => "\n",
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print::pdf::PAPER;

    #[test]
    fn all_of_the_interface_specification_stands_on_its_pages() {
        let openapi = serde_json::to_value(crate::router::document()).unwrap();
        let article = crate::router::specification(&openapi);
        let face = Face::packaged().unwrap();
        let pages = pages(&article, &face);
        assert!(pages.len() > 10, "{} pages", pages.len());
        let mut words = String::new();
        for mark in pages.iter().flatten() {
            let Mark::Text {
                x, y, size, text, ..
            } = mark
            else {
                continue;
            };
            assert!((0.0..PAPER.1).contains(y), "{text} at {y}");
            let end = x + face.width(text, *size);
            assert!(end < PAPER.0, "{text} ends at {end}");
            assert!(text.chars().all(|one| face.has(one)), "{text}");
            words.push_str(text);
        }
        for id in ["qc.pre-check", "diseinfo[].diag_code", "CHS-40101"] {
            assert!(words.contains(id), "{id}");
        }
    }
}
