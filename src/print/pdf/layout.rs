//! Where everything of a sheet goes: from top to bottom, on as many pages as it takes.

use super::{Face, Mark, PAPER};
use crate::print::sheet::{Cell, Sheet, Table, Words};

const MARGIN: f32 = 42.0;
const WIDTH: f32 = PAPER.0 - 2.0 * MARGIN;
/// Lowest line of the text; the foot stands below.
const BOTTOM: f32 = PAPER.1 - 56.0;
const SIZE: f32 = 9.0;
const SMALL: f32 = 7.5;
/// Space between the text of a cell and its rules.
const PAD: f32 = 3.0;
const LEADING: f32 = 1.35;

/// The pages of a sheet.
pub(super) fn pages(sheet: &Sheet, face: &Face) -> Vec<Vec<Mark>> {
    let mut flow = Flow {
        face,
        pages: vec![Vec::new()],
        y: MARGIN,
    };
    flow.title(sheet);
    flow.head(&sheet.head);
    flow.amounts(sheet);
    for table in &sheet.tables {
        flow.table(table);
    }
    flow.end(sheet);
    let mut pages = flow.pages;
    let count = pages.len();
    for (number, page) in (1..).zip(&mut pages) {
        page.extend(foot(sheet, face, number, count));
    }
    pages
}

struct Flow<'f> {
    face: &'f Face,
    pages: Vec<Vec<Mark>>,
    /// How far down the last page is used.
    y: f32,
}

/// Text in a box.
struct Boxed<'t> {
    text: &'t str,
    x: f32,
    width: f32,
    size: f32,
    strong: bool,
    right: bool,
}

impl Flow<'_> {
    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    fn fits(&self, height: f32) -> bool {
        self.y + height <= BOTTOM
    }

    fn new_page(&mut self) {
        self.pages.push(Vec::new());
        self.y = MARGIN;
    }

    fn rule(&mut self, y: f32, width: f32) {
        self.mark(Mark::Line {
            from: (MARGIN, y),
            to: (MARGIN + WIDTH, y),
            width,
        });
    }

    fn centred(&mut self, text: &str, size: f32, strong: bool) {
        for line in self.face.lines(text, size, WIDTH) {
            self.y += size * LEADING;
            let x = MARGIN + (WIDTH - self.face.width(&line, size)) / 2.0;
            let y = self.y;
            self.mark(Mark::Text {
                x,
                y,
                size,
                strong,
                text: line,
            });
        }
    }

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

    /// A line of boxes, as high as the highest; never broken.
    fn boxes(&mut self, boxes: &[(String, f32, f32, f32, bool)], size: f32) {
        let boxed: Vec<Boxed<'_>> = boxes
            .iter()
            .map(|(text, x, width, size, strong)| Boxed {
                text,
                x: *x,
                width: *width,
                size: *size,
                strong: *strong,
                right: false,
            })
            .collect();
        let height = self.height(&boxed, size);
        if !self.fits(height) {
            self.new_page();
        }
        self.place(&boxed, size);
        self.y += height;
    }

    fn height(&self, boxes: &[Boxed<'_>], size: f32) -> f32 {
        let most = boxes
            .iter()
            .filter(|cell| !cell.right)
            .map(|cell| self.face.lines(cell.text, cell.size, cell.width).len())
            .max();
        let lines = (0..most.unwrap_or(1).max(1)).map(|_| size * LEADING);
        lines.sum::<f32>() + 2.0
    }

    /// Puts boxes at the present height; what stands to the right is one line, made smaller
    /// where it would not fit.
    fn place(&mut self, boxes: &[Boxed<'_>], size: f32) {
        let top = self.y;
        for cell in boxes {
            if cell.right {
                let width = self.face.width(cell.text, cell.size);
                let fitting = cell.size * (cell.width / width.max(0.1)).min(1.0);
                let x = cell.x + cell.width - self.face.width(cell.text, fitting);
                self.mark(Mark::Text {
                    x,
                    y: top + size * 1.1,
                    size: fitting,
                    strong: cell.strong,
                    text: cell.text.to_owned(),
                });
                continue;
            }
            let mut y = top + size * 1.1;
            for text in self.face.lines(cell.text, cell.size, cell.width) {
                self.mark(Mark::Text {
                    x: cell.x,
                    y,
                    size: cell.size,
                    strong: cell.strong,
                    text,
                });
                y += size * LEADING;
            }
        }
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

fn foot(sheet: &Sheet, face: &Face, number: usize, count: usize) -> Vec<Mark> {
    let y = PAPER.1 - 34.0;
    let place = format!("第 {number} 页，共 {count} 页　page {number} of {count}");
    let mark = |x, size, text| Mark::Text {
        x,
        y,
        size,
        strong: false,
        text,
    };
    let right = MARGIN + WIDTH - face.width(&place, SMALL);
    let whose = format!("{}　{}", sheet.name, sheet.subtitle);
    let most = right - MARGIN - 10.0;
    let fitting = SMALL * (most / face.width(&whose, SMALL).max(0.1)).min(1.0);
    vec![
        Mark::Line {
            from: (MARGIN, y - 11.0),
            to: (MARGIN + WIDTH, y - 11.0),
            width: 0.4,
        },
        mark(MARGIN, fitting, whose),
        mark(right, SMALL, place),
    ]
}

fn both(words: Words) -> String {
    format!("{} {}", words.zh, words.en)
}
