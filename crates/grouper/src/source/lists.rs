//! The files of codes: a section's heading in square brackets, then its codes,
//! blank-separated on as many lines as it takes; `#` begins a comment line.

use crate::scheme::SchemeError;

/// One section of a file of codes.
pub(super) struct Section<'a> {
    /// The words of the heading.
    pub(super) heading: Vec<&'a str>,
    /// The line of the heading.
    pub(super) line: u64,
    /// Its codes in file order, repeats kept.
    pub(super) codes: Vec<&'a str>,
}

/// Splits a file of codes into its sections.
pub(super) fn sections<'a>(file: &str, text: &'a str) -> Result<Vec<Section<'a>>, SchemeError> {
    let mut sections: Vec<Section<'a>> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(rest) = line.strip_prefix('[') {
            let heading = rest.strip_suffix(']').ok_or_else(|| {
                SchemeError::source(file, number, "标题缺少 ]", "the heading lacks its ]")
            })?;
            sections.push(Section {
                heading: heading.split_whitespace().collect(),
                line: number,
                codes: Vec::new(),
            });
        } else {
            let section = sections.last_mut().ok_or_else(|| {
                SchemeError::source(file, number, "编码前没有标题", "codes before any heading")
            })?;
            section.codes.extend(line.split_ascii_whitespace());
        }
    }
    Ok(sections)
}

/// Sorts a section's codes and returns those that stood there twice.
pub(super) fn sort_codes<'a>(codes: &mut Vec<&'a str>) -> Vec<&'a str> {
    if !codes.is_sorted() {
        codes.sort_unstable();
    }
    let repeated = codes
        .iter()
        .zip(codes.iter().skip(1))
        .filter(|(code, next)| code == next)
        .map(|(code, _)| *code)
        .collect();
    codes.dedup();
    repeated
}
