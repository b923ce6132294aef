//! Ages at which a diagnosis is likely.

use serde::Deserialize;

use super::CodeRanges;
use super::ranges::Part;

/// Bands of age by ranges of codes.
#[derive(Debug)]
pub(crate) struct AgeBands {
    bands: Vec<(CodeRanges, Written)>,
    /// Bands by the first byte that their codes can have.
    by_lead: Vec<Vec<usize>>,
}

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
        let bands: Vec<(CodeRanges, Written)> = bands.collect::<Result<_, String>>()?;
        let of_lead = |lead: u8| {
            let all = bands.iter().enumerate();
            let of_lead = all.filter(|(_, (ranges, _))| ranges.can_begin_with(lead));
            of_lead.map(|(at, _)| at).collect()
        };
        let by_lead = (0..128).map(of_lead).collect();
        Ok(Self { bands, by_lead })
    }

    /// Whether an age, in days and completed years, lies outside a band of the code.
    pub(crate) fn outside(&self, code: &str, days: u16, years: u16) -> bool {
        code.splitn(2, '+').any(|text| {
            let lead = text.bytes().next().map_or(0, usize::from);
            let part = Part::of(text);
            let bands = self.by_lead.get(lead).into_iter().flatten();
            let mut bands = bands.filter_map(|at| self.bands.get(*at));
            bands.any(|(ranges, band)| band.is_outside(days, years) && ranges.holds(&part))
        })
    }
}

impl Written {
    fn is_outside(&self, days: u16, years: u16) -> bool {
        self.min_days.is_some_and(|least| days < least)
            || self.max_days.is_some_and(|most| days > most)
            || self.min_years.is_some_and(|least| years < least)
            || self.max_years.is_some_and(|most| years > most)
    }
}
