//! Ages at which a diagnosis is likely.

use serde::Deserialize;

use super::CodeRanges;

/// Bands of age by ranges of codes.
#[derive(Debug)]
pub(crate) struct AgeBands(Vec<(CodeRanges, Written)>);

/// One band as written; a bound that is left out is none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    codes: String,
    min_days: Option<u16>,
    max_days: Option<u16>,
    min_years: Option<u16>,
    max_years: Option<u16>,
}

impl AgeBands {
    /// Builds the table.
    ///
    /// # Errors
    /// The first range that is none.
    pub(super) fn build(written: Vec<Written>) -> Result<Self, String> {
        let bands = written.into_iter().map(|band| {
            let ranges = CodeRanges::parse(&band.codes)?;
            Ok((ranges, band))
        });
        bands.collect::<Result<_, _>>().map(Self)
    }

    /// Whether an age, in days and completed years, lies outside a band of the code.
    pub(crate) fn outside(&self, code: &str, days: u16, years: u16) -> bool {
        let of_code = self.0.iter().filter(|(ranges, _)| ranges.contains(code));
        of_code.into_iter().any(|(_, band)| {
            band.min_days.is_some_and(|least| days < least)
                || band.max_days.is_some_and(|most| days > most)
                || band.min_years.is_some_and(|least| years < least)
                || band.max_years.is_some_and(|most| years > most)
        })
    }
}
