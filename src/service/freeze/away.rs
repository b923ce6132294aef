//! Where a case's patient is insured: cases of other pooling areas have bills of their own.

use chs_model::fields::setlinfo;

use crate::{
    config::Config,
    service::{assessment::Reason, stored_list::JoinedList},
};

/// The insured area of a case, where it is another pooling area. A list that names none is
/// of this one, as an empty insuplc_admdvs of the message head means.
///
/// # Errors
/// An insured area that is no division's code: the case has no bill to stand in.
pub(super) fn insured(config: &Config, joined: &JoinedList) -> Result<Option<String>, Reason> {
    let area = joined.list.setlinfo().text(setlinfo::INSUPLC);
    elsewhere(config, area.map_or("", str::trim))
}

fn elsewhere(config: &Config, area: &str) -> Result<Option<String>, Reason> {
    if area.is_empty() {
        return Ok(None);
    }
    if area.len() != 6 || !area.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Reason::new(
            "insured_area",
            "参保地不是六位行政区划代码，无法确定账单",
            "the insured area is no six-digit division, so no bill is known to be its",
        ));
    }
    let named = &config.settlement.local_areas;
    let local = match named.is_empty() {
        true => area.starts_with(config.admdvs.trim_end_matches("00")),
        false => named.iter().any(|own| area.starts_with(own.as_str())),
    };
    Ok((!local).then(|| area.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pooling_area_is_the_gateways_division_or_what_is_configured() {
        let mut config = Config {
            admdvs: "610400".into(),
            ..Config::default()
        };
        let of = |config: &Config, area: &str| elsewhere(config, area).map_err(|why| why.code);
        for local in ["", "610400", "610402", "610499"] {
            assert_eq!(of(&config, local), Ok(None), "{local}");
        }
        for away in ["610300", "620100", "619900"] {
            assert_eq!(of(&config, away), Ok(Some(away.to_owned())));
        }
        for bad in ["6104", "x10400", "6104001"] {
            assert_eq!(of(&config, bad), Err("insured_area".to_owned()));
        }
        // Insured with the province itself, and settled by this area's fund.
        config.settlement.local_areas = vec!["6104".into(), "619900".into()];
        assert_eq!(of(&config, "619900"), Ok(None));
        assert_eq!(of(&config, "610300"), Ok(Some("610300".to_owned())));
        // Where the whole province is one pooling area.
        config.settlement.local_areas.clear();
        config.admdvs = "540000".into();
        assert_eq!(of(&config, "540200"), Ok(None));
    }
}
