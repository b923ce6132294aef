//! A version of the parameters as a flat list of names and texts, for comparison with an
//! exported sheet. The names are the keys of the profile file.

use rust_decimal::Decimal;

use super::Parameters;
use crate::{
    BandMeasure, Bands, CoefficientPlace, ExtremeSettle, High, HighSettle, Low, LowSettle, Method,
    MissingMean, PerDiemMethod, PointsHigh, PointsHighSettle, PointsKind, PointsLow,
    PointsLowSettle, PointsMethod, RateMethod, Reference, RoundingStep, ZeroScore,
};

/// Names and values in the order of the file.
struct Items(Vec<(String, String)>);

impl Items {
    fn put(&mut self, name: &str, value: impl ToString) {
        self.0.push((name.to_owned(), value.to_string()));
    }

    fn number(&mut self, name: &str, value: Option<Decimal>) {
        if let Some(value) = value {
            self.put(name, value.normalize());
        }
    }
}

impl Parameters {
    /// Every setting of the version by its key, such as `low.bound` and `0.3`.
    #[must_use]
    pub fn items(&self) -> Vec<(String, String)> {
        let mut items = Items(Vec::new());
        items.put("from", self.period.from);
        if let Some(to) = self.period.to {
            items.put("to", to);
        }
        items.put("insutype", self.insutypes.join(" "));
        if !self.levels.is_empty() {
            let levels: Vec<&str> = self.levels.iter().map(|level| level.name()).collect();
            items.put("level", levels.join(" "));
        }
        items.put("method", self.method.name());
        match &self.method {
            Method::Rate(method) => {
                items.number("rate", self.default_value);
                rate(&mut items, method);
            }
            Method::Points(method) => {
                items.number("point_value", self.default_value);
                points(&mut items, method);
            }
            Method::PerDiem(method) => {
                items.number("rate", self.default_value);
                per_diem(&mut items, method);
            }
        }
        items.number("level_coefficient.primary", self.level_coefficients.primary);
        items.number(
            "level_coefficient.secondary",
            self.level_coefficients.secondary,
        );
        items.number(
            "level_coefficient.tertiary",
            self.level_coefficients.tertiary,
        );
        for row in &self.values {
            let month = row.month.map(|month| month.format("%Y-%m").to_string());
            let name = format!(
                "value[{}/{}/{}]",
                month.unwrap_or_default(),
                row.insured_area.as_deref().unwrap_or_default(),
                row.fixmedins_code.as_deref().unwrap_or_default()
            );
            items.number(&name, Some(row.value));
        }
        items.number("special.ambiguous_share", self.special.ambiguous_share);
        items.number("special.ungrouped_share", self.special.ungrouped_share);
        for (name, days) in [
            ("special.stay_up_to", self.special.stay_up_to),
            ("special.stay_from", self.special.stay_from),
        ] {
            if let Some(days) = days {
                items.put(name, days);
            }
        }
        items.0
    }
}

fn sign(strict: bool, strictly: &'static str, including: &'static str) -> &'static str {
    if strict { strictly } else { including }
}

fn rounding(items: &mut Items, step: RoundingStep) {
    let name = match step {
        RoundingStep::Amount => "amount",
        RoundingStep::Payment => "payment",
    };
    items.put("rounding", name);
}

fn rate(items: &mut Items, method: &RateMethod) {
    rounding(items, method.rounding);
    if let Some(Low {
        strict,
        bound,
        settle,
    }) = &method.low
    {
        items.put("low.when", sign(*strict, "<", "<="));
        items.number("low.bound", Some(*bound));
        let settle = match settle {
            LowSettle::ActualCost => "actual_cost",
            LowSettle::Standard => "standard",
        };
        items.put("low.low_settle", settle);
    }
    if let Some(High {
        strict,
        bands: limits,
        settle,
    }) = &method.high
    {
        items.put("high.when", sign(*strict, ">", ">="));
        bands(items, limits);
        let (name, share) = match *settle {
            HighSettle::StandardPlusExcess { share } => ("standard_plus_excess", Some(share)),
            HighSettle::ActualCost => ("actual_cost", None),
            HighSettle::Standard => ("standard", None),
            HighSettle::Cap => ("cap", None),
        };
        items.put("high.high_settle", name);
        items.number("high.share", share);
    }
}

fn bands(items: &mut Items, bands: &Bands) {
    let measure = match bands.measure {
        BandMeasure::Weight => "weight",
        BandMeasure::Points => "points",
    };
    for (band, number) in bands.bands.iter().zip(1..) {
        if let Some(edge) = band.edge {
            let end = if edge.included { "up_to" } else { "below" };
            let name = format!("high.band{number}.{measure}_{end}");
            items.number(&name, Some(edge.value));
        }
        items.number(&format!("high.band{number}.bound"), Some(band.bound));
    }
}

fn place(items: &mut Items, name: &str, place: CoefficientPlace) {
    let text = match place {
        CoefficientPlace::Inside => "inside",
        CoefficientPlace::Outside => "outside",
    };
    items.put(name, text);
}

fn points(items: &mut Items, method: &PointsMethod) {
    if let PointsKind::Drg { scale } = method.kind {
        items.put("point_scale", scale);
    }
    items.number("city_mean", method.city_mean);
    if let Some(decimals) = method.points_decimals {
        items.put("points_decimals", decimals);
    }
    rounding(items, method.rounding);
    let reference = match method.reference {
        Reference::Mean => "mean",
        Reference::Standard => "standard",
    };
    items.put("reference", reference);
    items.number("mean_factor", Some(method.mean_factor));
    let missing = match method.missing_mean {
        MissingMean::Unpriced => "unpriced",
        MissingMean::Implied => "implied",
        MissingMean::Normal => "normal",
        MissingMean::ActualCost => "actual_cost",
        MissingMean::Nothing => "nothing",
    };
    items.put("missing_mean", missing);
    let zero = match method.zero_score {
        ZeroScore::Unpriced => "unpriced",
        ZeroScore::ActualCost => "actual_cost",
    };
    items.put("zero_score", zero);
    items.put("primary_care", method.primary_care);
    items.number("blank_factor", method.blank);
    if let Some(low) = &method.low {
        points_low(items, low);
    }
    if let Some(high) = &method.high {
        points_high(items, high);
    }
    if let Some(extreme) = &method.extreme {
        items.put("extreme.when", sign(extreme.strict, ">", ">="));
        items.number("extreme.bound", Some(extreme.bound));
        let settle = match extreme.settle {
            ExtremeSettle::AsHigh => "as_high",
            ExtremeSettle::Standard => "standard",
            ExtremeSettle::ActualCost => "actual_cost",
        };
        items.put("extreme.extreme_settle", settle);
    }
}

fn points_low(items: &mut Items, low: &PointsLow) {
    items.put("low.when", sign(low.strict, "<", "<="));
    items.number("low.bound", Some(low.bound));
    items.put("low.lower_of", low.lower_of);
    let settle = match low.settle {
        PointsLowSettle::ActualCost => "actual_cost",
        PointsLowSettle::Standard => "standard",
        PointsLowSettle::PointsNoFactor => "points_no_factor",
        PointsLowSettle::Ratio(coefficient) => {
            place(items, "low.coefficient", coefficient);
            "ratio"
        }
    };
    items.put("low.low_settle", settle);
}

fn points_high(items: &mut Items, high: &PointsHigh) {
    items.put("high.when", sign(high.strict, ">", ">="));
    bands(items, &high.bands);
    let settle = match high.settle {
        PointsHighSettle::LinearAdd(coefficient) => {
            place(items, "high.coefficient", coefficient);
            "linear_add"
        }
        PointsHighSettle::Deduct => "deduct",
        PointsHighSettle::Cap => "cap",
        PointsHighSettle::Standard => "standard",
        PointsHighSettle::ActualCost => "actual_cost",
        PointsHighSettle::StandardPlusExcess { share } => {
            items.number("high.share", Some(share));
            "standard_plus_excess"
        }
    };
    items.put("high.high_settle", settle);
}

fn per_diem(items: &mut Items, method: &PerDiemMethod) {
    items.put("each_day", method.each_day);
    for (tier, number) in method.tiers.iter().zip(1..) {
        if let Some(days) = tier.days_up_to {
            items.put(&format!("tier{number}.days_up_to"), days);
        }
        items.number(&format!("tier{number}.factor"), Some(tier.factor));
    }
}
