//! One case, priced for good: what the month needs of it, and nothing that names a person.

use chrono::{DateTime, Utc};
use chs_model::{Money, Node, fields::payinfo, fields::setlinfo};
use chs_settlement::{Estimate, Level, Profile, books::Points};
use serde_json::{Value, json};

use crate::{
    app::App,
    catalogue::Catalogue,
    grouped_by::GroupedBy,
    profiles::{self, Brought, GroupedCase},
    service::{
        assessment::{self, Reason},
        dip_price::{self, DipCase},
        stored_list::JoinedList,
    },
    store::frozen_cases::{Candidate, FrozenCase},
    wire,
};

/// The institution of the cases.
#[derive(Debug, Clone, Copy)]
pub(super) struct Institution<'a> {
    pub(super) fixmedins_code: &'a str,
    pub(super) district: &'a str,
    pub(super) hosp_lv: Option<&'a str>,
}

/// What the cases are priced by.
#[derive(Clone, Copy)]
pub(super) struct Basis<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) profile: &'a Profile,
}

/// The case as it is frozen, and what it is worth at the value of its insured area;
/// `decided` is the amount of an approved special case. The month is the caller's to add.
///
/// # Errors
/// Why it has no price.
pub(super) fn case(
    app: &App,
    basis: Basis<'_>,
    institution: Institution<'_>,
    candidate: &Candidate,
    joined: &JoinedList,
    decided: Option<i64>,
    now: DateTime<Utc>,
) -> Result<(FrozenCase, Money), Reason> {
    let info = joined.list.setlinfo();
    let text = |field| info.text(field).map_or("", str::trim).to_owned();
    let cost = Money::from_fen(candidate.cost_fen);
    let by_fund = fund_by_item(app, joined).ok_or_else(|| {
        Reason::new(
            "no_fund_payment",
            "没有基金支付金额，无法扣除个人与其他支付",
            "no fund payment is known, so the share of patients and others is not either",
        )
    })?;
    let others = cost.checked_sub(by_fund).map_err(|_| out_of_range())?;
    let insutype = assessment::insutype(&text(setlinfo::HI_TYPE)).to_owned();
    let setl_date = assessment::settled_on(&joined.list, now);
    let mut frozen = FrozenCase {
        fixmedins_code: institution.fixmedins_code.to_owned(),
        setl_id: candidate.setl_id.clone(),
        setl_ym: String::new(),
        insutype,
        district: institution.district.to_owned(),
        department: text(setlinfo::DSCG_CATY),
        drg_code: candidate.drg_code.clone(),
        drg_name: candidate.drg_name.clone(),
        grp_ver: candidate.grp_ver.clone(),
        profile: basis.profile.id().to_owned(),
        version: String::new(),
        method: "special_case".to_owned(),
        formula: "special_case".to_owned(),
        case_type: "special".to_owned(),
        weight: candidate.weight,
        points_e4: None,
        fixed_fen: decided,
        cost_fen: candidate.cost_fen,
        others_fen: others.fen(),
        special: decided.is_some(),
        setl_date,
        days: info
            .text(setlinfo::ACT_IPT_DAYS)
            .and_then(|days| days.trim().parse().ok()),
        ledger: "[]".to_owned(),
        payable_fen: None,
    };
    // A pool is known by the number of its insurance type.
    if frozen.insutype.parse::<u16>().is_err() {
        return Err(Reason::new(
            "no_insutype",
            "清单没有可识别的险种",
            "the list names no insurance type",
        ));
    }
    if let Some(decided) = decided {
        frozen.ledger =
            json!([{"name": "特病单议核定", "name_en": "decision of special-case review",
            "value": wire::yuan_of_fen(decided), "unit": "yuan", "summand": true}])
            .to_string();
        return Ok((frozen, Money::from_fen(decided)));
    }
    let estimate = price(basis, institution, candidate, joined, &frozen)?;
    frozen.points_e4 = match estimate.points {
        Some(points) => Some(
            Points::round(points)
                .ok_or_else(out_of_range)?
                .ten_thousandths(),
        ),
        None => None,
    };
    if frozen.points_e4.is_none() {
        frozen.fixed_fen = Some(estimate.pay_std.fen());
    }
    frozen.version.clone_from(&estimate.version);
    frozen.method = estimate.method.to_owned();
    frozen.formula = estimate.formula.to_owned();
    frozen.case_type = estimate.case_type.as_str().to_owned();
    frozen.ledger = estimate
        .to_json()
        .get("terms")
        .map_or_else(String::new, Value::to_string);
    Ok((frozen, estimate.pay_std))
}

fn out_of_range() -> Reason {
    Reason::new(
        "out_of_range",
        "金额或点数超出范围",
        "an amount or a number of points is out of range",
    )
}

fn price(
    Basis { catalogue, profile }: Basis<'_>,
    institution: Institution<'_>,
    candidate: &Candidate,
    joined: &JoinedList,
    frozen: &FrozenCase,
) -> Result<Estimate, Reason> {
    let by = catalogue.grouped_by(&candidate.grp_ver);
    let by = by
        .filter(|by| profile.covers_scheme(by.id()))
        .ok_or_else(Reason::other_scheme)?;
    let level = institution.hosp_lv.and_then(Level::from_hosp_lv);
    let level = level.ok_or_else(Reason::no_level)?;
    let cost = Money::from_fen(candidate.cost_fen);
    let code = Some(institution.fixmedins_code);
    let scheme = match by {
        GroupedBy::Drg(scheme) => scheme,
        GroupedBy::Dip(catalogue) => {
            let case = DipCase {
                catalogue,
                code: &candidate.drg_code,
                auxiliary: candidate.auxiliary,
                level,
                insutype: &frozen.insutype,
                cost,
                setl_date: frozen.setl_date,
                // What a point is worth the month is about to find out.
                value: None,
            };
            return dip_price::estimate(profile, &joined.list, code, &case);
        }
    };
    let grouped = GroupedCase {
        drg_code: &candidate.drg_code,
        level,
        insutype: &frozen.insutype,
        medfee_sumamt: cost,
        setl_date: frozen.setl_date,
    };
    let brought = Brought {
        weight: None,
        facts: dip_price::stay(&joined.list, code),
    };
    profiles::estimate_with(profile, Some(scheme), &grouped, brought).map_err(Reason::from)
}

/// What the pooled basic fund paid of the case: by the core's record, else by the list's
/// own rows.
fn fund_by_item(app: &App, joined: &JoinedList) -> Option<Money> {
    if let Some(by_core) = by_core(joined) {
        return Some(by_core);
    }
    let rows = joined.list.rows(Node::Payinfo);
    let pooled = &app.config.settlement.pooled_funds;
    let mut sum = None;
    for row in rows {
        let fund = row.text(payinfo::FUND_PAY_TYPE).map_or("", str::trim);
        let amount = Money::from_yuan(row.decimal(payinfo::FUND_PAYAMT)?).ok()?;
        let so_far = sum.unwrap_or(Money::ZERO);
        sum = Some(if pooled.iter().any(|known| known == fund) {
            so_far.checked_add(amount).ok()?
        } else {
            so_far
        });
    }
    sum
}

/// What the core says that the pooled fund paid (hifp_pay).
fn by_core(joined: &JoinedList) -> Option<Money> {
    let text = match joined.settlement.as_ref()?.get("hifp_pay")? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Money::from_yuan_str(&text).ok()
}
