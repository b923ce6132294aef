//! Values of a point, rates and day rates moved so that a fund pays a given sum.

use chs_model::Money;
use rust_decimal::Decimal;

use super::{Parameters, Profile};
use crate::{Method, fraction::Fraction};

/// A value that was moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rescaled {
    /// Version of the parameters.
    pub version: String,
    /// Insurance type.
    pub insutype: String,
    /// Month, insured area or institution of a value that holds for these only; empty for
    /// the method's own.
    pub holds_for: String,
    /// Before.
    pub before: Decimal,
    /// After, rounded as its method publishes it.
    pub after: Decimal,
}

impl Profile {
    /// The profile with every value of one insurance type times `to ÷ from`, rounded to
    /// two decimals for rates and day rates and to four for values of a point, and what
    /// became of each. The others' values stay, also those in the same version.
    ///
    /// `None` when nothing can be moved: `from` or `to` is nothing or less, or a value
    /// would become nothing or cannot be held.
    #[must_use]
    pub fn rescaled(
        &self,
        insutype: &str,
        (from, to): (Money, Money),
    ) -> Option<(Profile, Vec<Rescaled>)> {
        if from <= Money::ZERO || to <= Money::ZERO {
            return None;
        }
        let factor = Fraction::from(to).over(from)?;
        let mut profile = self.clone();
        let mut moved = Vec::new();
        let mut versions = Vec::with_capacity(self.parameters.len());
        for parameters in &self.parameters {
            let mut others = parameters.clone();
            others.insutypes.retain(|other| other != insutype);
            if others.insutypes.len() == parameters.insutypes.len() {
                versions.push(others);
                continue;
            }
            if !others.insutypes.is_empty() {
                versions.push(others);
            }
            versions.push(times(parameters, insutype, &factor, &mut moved)?);
        }
        profile.parameters = versions;
        Some((profile, moved))
    }
}

/// The parameters for one insurance type, its values times a factor.
fn times(
    parameters: &Parameters,
    insutype: &str,
    factor: &Fraction,
    moved: &mut Vec<Rescaled>,
) -> Option<Parameters> {
    let decimals = match parameters.method {
        Method::Points(_) => 4,
        Method::Rate(_) | Method::PerDiem(_) => 2,
    };
    let mut own = parameters.clone();
    own.insutypes = vec![insutype.to_owned()];
    let values = own.values.iter_mut().map(|row| {
        let month = row.month.map(|month| month.format("%Y-%m").to_string());
        let parts = [&month, &row.insured_area, &row.fixmedins_code];
        let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        (parts.join(" "), &mut row.value)
    });
    let default = own.default_value.as_mut();
    let default = default.map(|value| (String::new(), value));
    for (holds_for, value) in default.into_iter().chain(values) {
        let before = *value;
        let after = factor.times(before).round(decimals)?;
        if after <= Decimal::ZERO && before > Decimal::ZERO {
            return None;
        }
        *value = after;
        moved.push(Rescaled {
            version: parameters.version.clone(),
            insutype: insutype.to_owned(),
            holds_for,
            before,
            after,
        });
    }
    Some(own)
}
