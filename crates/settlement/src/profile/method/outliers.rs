//! The sense of the tables of low, high and extreme cases.

use rust_decimal::Decimal;
use toml::Spanned;

use crate::profile::ProfileError;
use crate::profile::check::Checker;
use crate::profile::file_method::{
    BandFile, ExtremeFile, HighFile, HighSettleName, HighWhen, LowFile, LowSettleName, LowWhen,
};
use crate::{
    Band, BandEdge, BandMeasure, Bands, Extreme, High, HighSettle, Low, LowSettle, PointsHigh,
    PointsHighSettle, PointsLow, PointsLowSettle,
};

impl Checker<'_> {
    pub(super) fn rate_low(&self, file: &Spanned<LowFile>) -> Result<Low, ProfileError> {
        let low = file.get_ref();
        let plain = low.coefficient.is_none() && low.lower_of.is_none();
        self.that(
            plain,
            &low.low_settle.span(),
            "coefficient 与 lower_of 只用于点数法",
            "coefficient and lower_of belong to the points methods",
        )?;
        Ok(Low {
            strict: low.when == LowWhen::Below,
            bound: self.positive(&low.bound)?,
            settle: match low.low_settle.get_ref() {
                LowSettleName::ActualCost => LowSettle::ActualCost,
                LowSettleName::Standard => LowSettle::Standard,
                LowSettleName::PointsNoFactor | LowSettleName::Ratio => {
                    return Err(self.points_only(&low.low_settle.span()));
                }
            },
        })
    }

    pub(super) fn rate_high(
        &self,
        file: &Spanned<HighFile>,
        low: Option<Decimal>,
    ) -> Result<High, ProfileError> {
        let high = file.get_ref();
        let at = high.high_settle.span();
        let share = self.share_of_excess(high)?;
        let settle = match high.high_settle.get_ref() {
            HighSettleName::StandardPlusExcess => HighSettle::StandardPlusExcess { share },
            HighSettleName::ActualCost => HighSettle::ActualCost,
            HighSettleName::Standard => HighSettle::Standard,
            HighSettleName::Cap => HighSettle::Cap,
            HighSettleName::LinearAdd | HighSettleName::Deduct => {
                return Err(self.points_only(&at));
            }
        };
        self.that(
            high.coefficient.is_none(),
            &at,
            "coefficient 只用于点数法的 linear_add",
            "coefficient belongs to linear_add of the points methods",
        )?;
        Ok(High {
            strict: high.when == HighWhen::Above,
            bands: self.bands(&high.bands, low, false)?,
            settle,
        })
    }

    pub(super) fn points_low(
        &self,
        file: &Spanned<LowFile>,
        city_mean: Option<Decimal>,
    ) -> Result<PointsLow, ProfileError> {
        let low = file.get_ref();
        let at = low.low_settle.span();
        let settle = match (low.low_settle.get_ref(), low.coefficient) {
            (LowSettleName::Ratio, Some(place)) => PointsLowSettle::Ratio(place),
            (LowSettleName::Ratio, None) | (_, Some(_)) => {
                return Err(self.mistake(
                    &at,
                    "coefficient（inside 或 outside）只用于 ratio，且必须给出",
                    "coefficient (inside or outside) belongs to ratio, which needs it",
                ));
            }
            (LowSettleName::ActualCost, None) => PointsLowSettle::ActualCost,
            (LowSettleName::Standard, None) => PointsLowSettle::Standard,
            (LowSettleName::PointsNoFactor, None) => PointsLowSettle::PointsNoFactor,
        };
        let computable = settle != PointsLowSettle::PointsNoFactor || city_mean.is_some();
        self.that(
            computable,
            &at,
            "points_no_factor 需要 city_mean",
            "points_no_factor needs city_mean",
        )?;
        Ok(PointsLow {
            strict: low.when == LowWhen::Below,
            bound: self.positive(&low.bound)?,
            lower_of: low.lower_of.unwrap_or(false),
            settle,
        })
    }

    pub(super) fn points_high(
        &self,
        file: &Spanned<HighFile>,
        low: Option<Decimal>,
        city_mean: Option<Decimal>,
    ) -> Result<PointsHigh, ProfileError> {
        let high = file.get_ref();
        let at = high.high_settle.span();
        let share = self.share_of_excess(high)?;
        let settle = match (high.high_settle.get_ref(), high.coefficient) {
            (HighSettleName::LinearAdd, Some(place)) => PointsHighSettle::LinearAdd(place),
            (HighSettleName::LinearAdd, None) | (_, Some(_)) => {
                return Err(self.mistake(
                    &at,
                    "coefficient（inside 或 outside）只用于 linear_add，且必须给出",
                    "coefficient (inside or outside) belongs to linear_add, which needs it",
                ));
            }
            (HighSettleName::Deduct, None) => PointsHighSettle::Deduct,
            (HighSettleName::Cap, None) => PointsHighSettle::Cap,
            (HighSettleName::Standard, None) => PointsHighSettle::Standard,
            (HighSettleName::ActualCost, None) => PointsHighSettle::ActualCost,
            (HighSettleName::StandardPlusExcess, None) => {
                PointsHighSettle::StandardPlusExcess { share }
            }
        };
        let computable = settle != PointsHighSettle::Deduct || city_mean.is_some();
        self.that(
            computable,
            &at,
            "deduct 需要 city_mean",
            "deduct needs city_mean",
        )?;
        Ok(PointsHigh {
            strict: high.when == HighWhen::Above,
            bands: self.bands(&high.bands, low, true)?,
            settle,
        })
    }

    pub(super) fn extreme(
        &self,
        file: &Spanned<ExtremeFile>,
        high: Option<&PointsHigh>,
    ) -> Result<Extreme, ProfileError> {
        let extreme = file.get_ref();
        let bound = self.positive(&extreme.bound)?;
        let above = high.is_none_or(|high| high.bands.bands.iter().all(|band| band.bound < bound));
        self.that(
            above,
            &extreme.bound.span(),
            "极高倍率界限须大于高倍率界限",
            "the bound of extreme cases must exceed the high ones",
        )?;
        Ok(Extreme {
            strict: extreme.when == HighWhen::Above,
            bound,
            settle: extreme.extreme_settle,
        })
    }

    fn points_only(&self, at: &std::ops::Range<usize>) -> ProfileError {
        self.mistake(
            at,
            "该付法只用于点数法和 DIP",
            "this way of paying belongs to the points methods",
        )
    }

    /// The share of `standard_plus_excess`; 1 for every other way of paying, which
    /// does not read it.
    fn share_of_excess(&self, file: &HighFile) -> Result<Decimal, ProfileError> {
        let needs = *file.high_settle.get_ref() == HighSettleName::StandardPlusExcess;
        match (&file.share, needs) {
            (Some(share), true) => self.share(share),
            (None, false) => Ok(Decimal::ONE),
            _ => Err(self.mistake(
                &file.high_settle.span(),
                "share 只用于 standard_plus_excess，且必须给出",
                "share belongs to standard_plus_excess, which needs it",
            )),
        }
    }

    fn bands(
        &self,
        file: &Spanned<Vec<BandFile>>,
        low: Option<Decimal>,
        points: bool,
    ) -> Result<Bands, ProfileError> {
        let mut bands: Vec<Band> = Vec::new();
        let mut measure = None;
        for band in file.get_ref() {
            let bound = self.positive(&band.bound)?;
            let span = band.bound.span();
            self.that(
                low.is_none_or(|low| low < bound),
                &span,
                "高倍率界限须大于低倍率界限",
                "the high bound must exceed the low one",
            )?;
            let edge = match edge_of(band) {
                Edge::Open => None,
                Edge::At(of, edge) => {
                    let same = measure.is_none_or(|measure| measure == of);
                    let known = points || of == BandMeasure::Weight;
                    self.that(
                        same && known,
                        &span,
                        "各段须以同一量（权重或点数）分界",
                        "the bands must be measured alike, by weight or by points",
                    )?;
                    measure = Some(of);
                    Some(edge)
                }
                Edge::Twice => {
                    return Err(self.mistake(&span, "一段只能有一个上界", "a band has one edge"));
                }
            };
            let ascending = match (bands.last().map(|last| last.edge), edge) {
                (None, _) | (Some(Some(_)), None) => true,
                (Some(Some(before)), Some(edge)) => {
                    (before.value, before.included) < (edge.value, edge.included)
                }
                (Some(None), _) => false,
            };
            self.that(
                ascending,
                &span,
                "权重或点数分段须递增",
                "the bands must ascend by weight or points",
            )?;
            bands.push(Band { edge, bound });
        }
        let open = bands.last().is_some_and(|band| band.edge.is_none());
        self.that(
            open,
            &file.span(),
            "最后一段不设上限",
            "the last band must have no upper edge",
        )?;
        Ok(Bands {
            measure: measure.unwrap_or(BandMeasure::Weight),
            bands,
        })
    }
}

enum Edge {
    Open,
    At(BandMeasure, BandEdge),
    Twice,
}

fn edge_of(band: &BandFile) -> Edge {
    let mut edges = [
        (band.weight_up_to, BandMeasure::Weight, true),
        (band.weight_below, BandMeasure::Weight, false),
        (band.points_up_to, BandMeasure::Points, true),
        (band.points_below, BandMeasure::Points, false),
    ]
    .into_iter()
    .filter_map(|(value, measure, included)| {
        let value = value?.0;
        Some((measure, BandEdge { value, included }))
    });
    match (edges.next(), edges.next()) {
        (None, _) => Edge::Open,
        (Some((measure, edge)), None) => Edge::At(measure, edge),
        (Some(_), Some(_)) => Edge::Twice,
    }
}
