//! Text, boxes and rules one below the other, on as many pages as it takes.

use super::{Face, Mark, PAPER};

pub(super) const MARGIN: f32 = 42.0;
pub(super) const WIDTH: f32 = PAPER.0 - 2.0 * MARGIN;
/// Lowest line of the text; the foot stands below.
pub(super) const BOTTOM: f32 = PAPER.1 - 56.0;
pub(super) const SIZE: f32 = 9.0;
pub(super) const SMALL: f32 = 7.5;
/// Space between the text of a cell and its rules.
pub(super) const PAD: f32 = 3.0;
pub(super) const LEADING: f32 = 1.35;

/// What is drawn so far.
pub(super) struct Flow<'f> {
    pub(super) face: &'f Face,
    pages: Vec<Vec<Mark>>,
    /// How far down the last page is used.
    pub(super) y: f32,
}

/// Text in a box.
pub(super) struct Boxed<'t> {
    pub(super) text: &'t str,
    pub(super) x: f32,
    pub(super) width: f32,
    pub(super) size: f32,
    pub(super) strong: bool,
    pub(super) right: bool,
}

impl<'f> Flow<'f> {
    pub(super) fn new(face: &'f Face) -> Flow<'f> {
        Flow {
            face,
            pages: vec![Vec::new()],
            y: MARGIN,
        }
    }

    /// The pages, at the foot of each whose it is and which one.
    pub(super) fn pages(mut self, whose: &str) -> Vec<Vec<Mark>> {
        let count = self.pages.len();
        for (number, page) in (1..).zip(&mut self.pages) {
            page.extend(foot(whose, self.face, number, count));
        }
        self.pages
    }

    pub(super) fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    pub(super) fn fits(&self, height: f32) -> bool {
        self.y + height <= BOTTOM
    }

    pub(super) fn new_page(&mut self) {
        self.pages.push(Vec::new());
        self.y = MARGIN;
    }

    pub(super) fn rule(&mut self, y: f32, width: f32) {
        self.mark(Mark::Line {
            from: (MARGIN, y),
            to: (MARGIN + WIDTH, y),
            width,
        });
    }

    pub(super) fn centred(&mut self, text: &str, size: f32, strong: bool) {
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

    /// A line of boxes, as high as the highest; never broken.
    pub(super) fn boxes(&mut self, boxes: &[(String, f32, f32, f32, bool)], size: f32) {
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

    pub(super) fn height(&self, boxes: &[Boxed<'_>], size: f32) -> f32 {
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
    pub(super) fn place(&mut self, boxes: &[Boxed<'_>], size: f32) {
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
}

fn foot(whose: &str, face: &Face, number: usize, count: usize) -> Vec<Mark> {
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
    let most = right - MARGIN - 10.0;
    let fitting = SMALL * (most / face.width(whose, SMALL).max(0.1)).min(1.0);
    vec![
        Mark::Line {
            from: (MARGIN, y - 11.0),
            to: (MARGIN + WIDTH, y - 11.0),
            width: 0.4,
        },
        mark(MARGIN, fitting, whose.to_owned()),
        mark(right, SMALL, place),
    ]
}
