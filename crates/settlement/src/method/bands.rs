//! Bounds of high cases by weight or by base points.

use rust_decimal::Decimal;

use crate::fraction::Fraction;

/// What a band's edge is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BandMeasure {
    /// The group's weight (RW).
    Weight,
    /// The group's base points (weight × scale), or its score.
    Points,
}

/// Upper edge of a band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BandEdge {
    /// The greatest value of the band.
    pub value: Decimal,
    /// Whether a group of exactly that value belongs to the band (`…_up_to`) or to
    /// the next one (`…_below`).
    pub included: bool,
}

/// One band: groups up to an edge, and their bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    /// Upper edge; `None` for the last band.
    pub edge: Option<BandEdge>,
    /// Multiple of the reference cost.
    pub bound: Decimal,
}

/// Bands in ascending order, the last one open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bands {
    /// What the edges are measured in.
    pub measure: BandMeasure,
    /// At least one band.
    pub bands: Vec<Band>,
}

impl Bands {
    /// One bound for every group.
    #[must_use]
    pub fn single(bound: Decimal) -> Bands {
        Bands {
            measure: BandMeasure::Weight,
            bands: vec![Band { edge: None, bound }],
        }
    }

    /// The bound of a group; `None` only when the last band is not open.
    pub(super) fn bound(&self, weight: &Fraction, points: &Fraction) -> Option<Decimal> {
        let measured = match self.measure {
            BandMeasure::Weight => weight,
            BandMeasure::Points => points,
        };
        let within = |edge: &BandEdge| {
            let value = Fraction::from(edge.value);
            *measured < value || (edge.included && *measured == value)
        };
        self.bands
            .iter()
            .find(|band| band.edge.as_ref().is_none_or(within))
            .map(|band| band.bound)
    }
}
