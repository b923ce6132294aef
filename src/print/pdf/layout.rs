//! Where everything of a sheet goes: from top to bottom, on as many pages as it takes.

use super::{
    Face, Mark,
    flow::{Boxed, Flow, LEADING, MARGIN, PAD, SIZE, SMALL, WIDTH},
};
use crate::print::sheet::{Cell, Sheet, Table, Words};

/// The pages of a sheet.
pub(super) fn pages(sheet: &Sheet, face: &Face) -> Vec<Vec<Mark>> {
    let mut flow = Flow::new(face);
    flow.title(sheet);
    flow.head(&sheet.head);
    flow.amounts(sheet);
    for table in &sheet.tables {
        flow.table(table);
    }
    flow.end(sheet);
    flow.pages(&format!("{}　{}", sheet.name, sheet.subtitle))
}

impl Flow<'_> {
    fn title(&mut self, sheet: &Sheet) {
        self.centred(sheet.title.zh, 17.0, true);
        self.centred(sheet.title.en, SMALL, false);
        self.centred(&sheet.subtitle, 11.0, false);
        if sheet.example {
            self.centred("【示例 EXAMPLE】", SIZE, true);
        }
        self.y += 8.0;
    }

    /// What identifies the sheet, two entries a line.
    fn head(&mut self, head: &[(Words, String)]) {
        let half = WIDTH / 2.0;
        let label = 92.0;
        for pair in head.chunks(2) {
            let mut boxes = Vec::new();
            for (x, (words, value)) in [MARGIN, MARGIN + half].into_iter().zip(pair) {
                boxes.push((both(*words), x, label, SMALL, false));
                boxes.push((value.clone(), x + label, half - label - PAD, SIZE, false));
            }
            self.boxes(&boxes, SIZE);
        }
        self.y += 6.0;
    }

    fn amounts(&mut self, sheet: &Sheet) {
        let (sign, label, value) = (MARGIN + PAD, MARGIN + 22.0, MARGIN + 330.0);
        if !sheet.amounts.is_empty() {
            self.rule(self.y, 0.8);
        }
        for amount in &sheet.amounts {
            let (words, printed) = (both(amount.label), amount.value.printed());
            let cell = |text, x, width, right| Boxed {
                text,
                x,
                width,
                size: SIZE,
                strong: amount.strong,
                right,
            };
            let line = [
                cell(amount.sign, sign, 16.0, false),
                cell(&words, label, value - label - PAD, false),
                cell(&printed, value, MARGIN + WIDTH - value - PAD, true),
            ];
            let height = self.height(&line, SIZE) + 2.0;
            if !self.fits(height) {
                self.new_page();
                self.rule(self.y, 0.8);
            }
            self.place(&line, SIZE);
            self.y += height;
            self.rule(self.y, if amount.strong { 0.8 } else { 0.25 });
        }
        self.y += 10.0;
    }

    fn table(&mut self, table: &Table) {
        let edges = edges(table);
        let heading = 2.0 * SMALL * LEADING + 18.0;
        // A heading is never alone at the foot of a page.
        if !self.fits(heading + 3.0 * SMALL * LEADING) {
            self.new_page();
        }
        self.heading(table, &edges, false);
        for (cells, strong) in table.lines() {
            self.row(table, cells, &edges, strong);
        }
        self.y += 12.0;
    }

    fn row(&mut self, table: &Table, cells: &[Cell], edges: &[(f32, f32)], strong: bool) {
        let printed: Vec<String> = cells.iter().map(Cell::printed).collect();
        let boxes: Vec<Boxed<'_>> = cells
            .iter()
            .zip(&printed)
            .zip(edges)
            .map(|((cell, text), (x, width))| Boxed {
                text,
                x: *x,
                width: *width,
                size: SMALL,
                strong,
                right: !matches!(cell, Cell::Text(_) | Cell::Blank),
            })
            .collect();
        let height = self.height(&boxes, SMALL) + 1.0;
        if !self.fits(height) {
            self.new_page();
            self.heading(table, edges, true);
        }
        self.place(&boxes, SMALL);
        self.y += height;
        self.rule(self.y, if strong { 0.8 } else { 0.25 });
    }

    /// Title and columns; on a further page the title says that it goes on.
    fn heading(&mut self, table: &Table, edges: &[(f32, f32)], again: bool) {
        let more = if again { "（续 continued）" } else { "" };
        let title = format!("{}{more}", both(table.title));
        self.boxes(&[(title, MARGIN, WIDTH, SIZE, true)], SIZE);
        self.rule(self.y, 0.8);
        for words in [|words: Words| words.zh, |words: Words| words.en] {
            let line: Vec<Boxed<'_>> = table
                .columns
                .iter()
                .zip(edges)
                .enumerate()
                .map(|(at, ((column, _), (x, width)))| Boxed {
                    text: words(*column),
                    x: *x,
                    width: *width,
                    size: SMALL,
                    strong: true,
                    right: at > 1 || numeric(table, at),
                })
                .collect();
            self.place(&line, SMALL);
            self.y += SMALL * LEADING;
        }
        self.y += 2.0;
        self.rule(self.y, 0.8);
    }

    fn end(&mut self, sheet: &Sheet) {
        for note in &sheet.notes {
            self.boxes(&[(both(*note), MARGIN, WIDTH, SMALL, false)], SMALL);
        }
        // The signatures stand together.
        let lines: Vec<_> = sheet.signatures.chunks(3).collect();
        let height: f32 = lines.iter().map(|_| 34.0).sum::<f32>() + 10.0;
        if !self.fits(height) {
            self.new_page();
        }
        self.y += 10.0;
        let third = WIDTH / 3.0;
        for line in lines {
            let places = [MARGIN, MARGIN + third, MARGIN + 2.0 * third];
            let y = self.y + 22.0;
            for (x, words) in places.into_iter().zip(line) {
                let text = format!("{}：", words.zh);
                let end = x + self.face.width(&text, SIZE);
                for (y, size, text) in [(y, SIZE, text), (y + 9.0, 6.0, words.en.to_owned())] {
                    self.mark(Mark::Text {
                        x,
                        y,
                        size,
                        strong: false,
                        text,
                    });
                }
                self.mark(Mark::Line {
                    from: (end, y + 2.0),
                    to: (x + third - 10.0, y + 2.0),
                    width: 0.4,
                });
            }
            self.y += 34.0;
        }
    }
}

/// Left edge and width of the text of each column.
fn edges(table: &Table) -> Vec<(f32, f32)> {
    let all: f32 = table
        .columns
        .iter()
        .map(|(_, share)| f32::from(*share))
        .sum();
    let mut x = MARGIN;
    let mut edges = Vec::new();
    for (_, share) in &table.columns {
        let width = WIDTH * f32::from(*share) / all;
        edges.push((x + PAD / 2.0, width - PAD));
        x += width;
    }
    edges
}

fn numeric(table: &Table, column: usize) -> bool {
    let cell = table.rows.first().and_then(|row| row.get(column));
    cell.is_some_and(|cell| !matches!(cell, Cell::Text(_) | Cell::Blank))
}

fn both(words: Words) -> String {
    format!("{} {}", words.zh, words.en)
}
