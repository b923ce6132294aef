//! Sheets and articles as a PDF on A4: drawn by krilla, in a packaged Chinese font.

mod article;
mod face;
mod flow;
mod layout;

use krilla::{
    Document,
    color::{luma, rgb},
    error::KrillaError,
    geom::{PathBuilder, Point, Transform},
    metadata::Metadata,
    num::NormalizedF32,
    page::PageSettings,
    paint::{Fill, Stroke},
    surface::Surface,
};

use super::{article::Article, sheet::Sheet};

pub use face::{Face, FontError};

/// A PDF that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The packaged font.
    #[error(transparent)]
    Font(#[from] FontError),
    /// The writer of the file.
    #[error("PDF: {0:?}")]
    Writer(KrillaError),
    /// A page that has no size.
    #[error("纸张尺寸不正确 / a page without a size")]
    Paper,
}

/// A4, in points.
const PAPER: (f32, f32) = (595.0, 842.0);

/// Something on a page; `y` is the baseline of a text.
#[derive(Debug, Clone, PartialEq)]
enum Mark {
    Text {
        x: f32,
        y: f32,
        size: f32,
        strong: bool,
        text: String,
    },
    Line {
        from: (f32, f32),
        to: (f32, f32),
        width: f32,
    },
}

/// The PDF of sheets, as the bytes of its file.
///
/// # Errors
/// [`PdfError`].
pub fn draw(sheets: &[Sheet]) -> Result<Vec<u8>, PdfError> {
    let face = Face::packaged()?;
    let mut file = file("医疗保障基金月度结算单");
    for sheet in sheets {
        let pages = layout::pages(sheet, &face);
        add(&mut file, &face, &pages, sheet.example)?;
    }
    file.finish().map_err(PdfError::Writer)
}

/// The PDF of an article.
///
/// # Errors
/// [`PdfError`].
pub fn draw_article(article: &Article) -> Result<Vec<u8>, PdfError> {
    let face = Face::packaged()?;
    let mut file = file(article.title);
    add(&mut file, &face, &article::pages(article, &face), false)?;
    file.finish().map_err(PdfError::Writer)
}

fn file(title: &str) -> Document {
    let mut document = Document::new();
    document.set_metadata(
        Metadata::new()
            .title(title.to_owned())
            .language("zh-CN".to_owned()),
    );
    document
}

fn add(
    file: &mut Document,
    face: &Face,
    pages: &[Vec<Mark>],
    example: bool,
) -> Result<(), PdfError> {
    for page in pages {
        let paper = PageSettings::from_wh(PAPER.0, PAPER.1).ok_or(PdfError::Paper)?;
        let mut target = file.start_page_with(paper);
        let mut surface = target.surface();
        if example {
            watermark(&mut surface, face);
        }
        for mark in page {
            paint(&mut surface, face, mark);
        }
        surface.finish();
        target.finish();
    }
    Ok(())
}

/// Characters of the sheets that the packaged font lacks; they are printed as boxes.
///
/// # Errors
/// A packaged font that cannot be read.
pub fn missing(sheets: &[Sheet]) -> Result<String, PdfError> {
    let face = Face::packaged()?;
    let mut lacking = std::collections::BTreeSet::new();
    for sheet in sheets {
        for mark in layout::pages(sheet, &face).into_iter().flatten() {
            if let Mark::Text { text, .. } = mark {
                lacking.extend(text.chars().filter(|character| !face.has(*character)));
            }
        }
    }
    Ok(lacking.into_iter().collect())
}

/// A text with its place, for tests.
#[cfg(test)]
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) size: f32,
    pub(super) text: String,
}

/// The texts of a sheet, page by page.
#[cfg(test)]
pub(super) fn texts(sheet: &Sheet, face: &Face) -> Vec<Vec<Placed>> {
    let placed = |mark| match mark {
        Mark::Text {
            x, y, size, text, ..
        } => Some(Placed { x, y, size, text }),
        Mark::Line { .. } => None,
    };
    let pages = layout::pages(sheet, face).into_iter();
    pages
        .map(|page| page.into_iter().filter_map(placed).collect())
        .collect()
}

fn paint(surface: &mut Surface<'_>, face: &Face, mark: &Mark) {
    match mark {
        Mark::Text {
            x,
            y,
            size,
            strong,
            text,
        } => {
            let black = luma::Color::new(0);
            surface.set_fill(Some(Fill {
                paint: black.into(),
                ..Fill::default()
            }));
            // One weight is packaged; a thin outline makes the strong one.
            surface.set_stroke(strong.then(|| Stroke {
                paint: black.into(),
                width: size * 0.03,
                ..Stroke::default()
            }));
            face.draw(surface, Point::from_xy(*x, *y), *size, text);
        }
        Mark::Line { from, to, width } => {
            let mut path = PathBuilder::new();
            path.move_to(from.0, from.1);
            path.line_to(to.0, to.1);
            surface.set_fill(None);
            surface.set_stroke(Some(Stroke {
                width: *width,
                ..Stroke::default()
            }));
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
    }
}

/// Says across the page that this is an example.
fn watermark(surface: &mut Surface<'_>, face: &Face) {
    let text = "示例 EXAMPLE";
    let size = 76.0;
    let middle = (PAPER.0 / 2.0, PAPER.1 / 2.0);
    surface.push_transform(&Transform::from_rotate_at(-35.0, middle.0, middle.1));
    surface.set_stroke(None);
    surface.set_fill(Some(Fill {
        paint: rgb::Color::new(214, 90, 90).into(),
        opacity: NormalizedF32::new(0.13).unwrap_or(NormalizedF32::ONE),
        ..Fill::default()
    }));
    let start = Point::from_xy(
        middle.0 - face.width(text, size) / 2.0,
        middle.1 + size / 3.0,
    );
    face.draw(surface, start, size, text);
    surface.pop();
}
