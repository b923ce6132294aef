//! The packaged font: how wide a text is, where it may break, how it is drawn.

use krilla::{
    geom::Point,
    surface::Surface,
    text::{Font, GlyphId, KrillaGlyph},
};
use skrifa::{
    FontRef, MetadataProvider,
    charmap::Charmap,
    instance::{LocationRef, Size},
    metrics::GlyphMetrics,
};

/// Noto Sans CJK SC, cut to the characters of `fonts/characters.py`.
const PACKAGED: &[u8] = include_bytes!("../fonts/NotoSansSC-print.otf");

/// A packaged font that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("内置字体无法读取 / the packaged font cannot be read")]
pub struct FontError;

/// A font and its measures.
pub struct Face {
    font: Font,
    charmap: Charmap<'static>,
    metrics: GlyphMetrics<'static>,
    /// Font units of one em.
    em: f32,
}

impl Face {
    /// The packaged font.
    ///
    /// # Errors
    /// [`FontError`].
    pub fn packaged() -> Result<Face, FontError> {
        let reading = FontRef::new(PACKAGED).map_err(|_| FontError)?;
        let font = Font::new(PACKAGED.into(), 0).ok_or(FontError)?;
        Ok(Face {
            em: font.units_per_em(),
            font,
            charmap: reading.charmap(),
            metrics: reading.glyph_metrics(Size::unscaled(), LocationRef::default()),
        })
    }

    /// Whether the font has a character.
    pub fn has(&self, character: char) -> bool {
        self.charmap.map(character).is_some()
    }

    /// How wide a text is at a size.
    pub(in crate::print) fn width(&self, text: &str, size: f32) -> f32 {
        text.chars()
            .map(|character| self.advance(character))
            .sum::<f32>()
            * size
    }

    /// At size 1; a character that is missing is a box.
    fn advance(&self, character: char) -> f32 {
        let glyph = self.charmap.map(character).unwrap_or_default();
        self.metrics.advance_width(glyph).unwrap_or(self.em) / self.em
    }

    /// The lines of a text in a width, broken where it says so or Unicode allows it (UAX #14), and inside
    /// a word only where it alone is too long.
    pub(super) fn lines(&self, text: &str, size: f32, width: f32) -> Vec<String> {
        let mut lines = vec![String::new()];
        let mut begin = 0;
        for (end, _) in unicode_linebreak::linebreaks(text) {
            let word = text.get(begin..end).unwrap_or_default();
            begin = end;
            let fits =
                |line: &str| self.width(&format!("{line}{}", word.trim_end()), size) <= width;
            if !lines
                .last()
                .is_some_and(|line| line.is_empty() || fits(line))
            {
                lines.push(String::new());
            }
            for character in word.chars() {
                let full = lines.last().is_some_and(|line| {
                    !line.is_empty()
                        && !character.is_whitespace()
                        && self.width(line, size) + self.advance(character) * size > width
                });
                if full {
                    lines.push(String::new());
                }
                if let Some(line) = lines.last_mut() {
                    line.push(character);
                }
            }
            if word.ends_with('\n') {
                lines.push(String::new());
            }
        }
        for line in &mut lines {
            line.truncate(line.trim_end().len());
        }
        lines
    }

    /// Draws one line of text with its baseline at `start`.
    pub(super) fn draw(&self, surface: &mut Surface<'_>, start: Point, size: f32, text: &str) {
        let glyphs: Vec<KrillaGlyph> = text
            .char_indices()
            .map(|(at, character)| {
                let glyph = self.charmap.map(character).unwrap_or_default();
                KrillaGlyph::new(
                    GlyphId::new(glyph.to_u32()),
                    self.advance(character),
                    0.0,
                    0.0,
                    0.0,
                    at..at + character.len_utf8(),
                    None,
                )
            })
            .collect();
        surface.draw_glyphs(start, &glyphs, self.font.clone(), text, size, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_characters_and_keep_words_and_closing_marks() {
        let face = Face::packaged().unwrap();
        assert_eq!(face.lines("", 10.0, 50.0), [""]);
        assert_eq!(face.lines("a\nb", 10.0, 50.0), ["a", "b"]);
        assert_eq!(
            face.lines("肾透析（伴并发症）", 10.0, 50.0),
            ["肾透析（伴", "并发症）"]
        );
        let lines = face.lines("settlement of the month", 10.0, 60.0);
        assert!(
            lines.iter().all(|line| face.width(line, 10.0) <= 60.0),
            "{lines:?}"
        );
        assert_eq!(lines.concat().replace(' ', ""), "settlementofthemonth");
        assert_eq!(lines.first().map(String::as_str), Some("settlement"));
        let long = face.lines("A0123456789ABCDEF0123456789", 10.0, 60.0);
        assert!(long.len() > 1 && long.iter().all(|line| face.width(line, 10.0) <= 60.0));
    }

    #[test]
    fn the_font_has_every_name_that_the_project_prints() {
        let face = Face::packaged().unwrap();
        let lacks = |text: &str| text.chars().any(|character| !face.has(character));
        for id in ["dept", "insutype"] {
            let values = chs_model::dictionary::get(id).unwrap().values();
            assert!(!values.iter().any(|value| lacks(value.name)), "{id}");
        }
    }
}
