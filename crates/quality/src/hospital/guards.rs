//! Guards: may it be done, and if not, why.

use chrono::NaiveDateTime;

use super::to_minute;

/// Why something is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuardRefusal {
    /// Stable code.
    pub code: &'static str,
    /// The reason, Chinese.
    pub zh: &'static str,
    /// The reason, English.
    pub en: &'static str,
}

const fn refusal(code: &'static str, zh: &'static str, en: &'static str) -> GuardRefusal {
    GuardRefusal { code, zh, en }
}

/// Item 2: discharge, only after the admission time was changed to that of ward entry.
///
/// # Errors
/// `ADM_TIME_NOT_CHANGED`.
pub fn discharge(
    changed_to: Option<NaiveDateTime>,
    ward_entry: NaiveDateTime,
) -> Result<(), GuardRefusal> {
    match changed_to.and_then(to_minute) {
        Some(time) if Some(time) == to_minute(ward_entry) => Ok(()),
        _ => Err(refusal(
            "ADM_TIME_NOT_CHANGED",
            "入院时间未变更为入科时间，请先做入院信息变更",
            "the admission time is not that of ward entry; change the admission first",
        )),
    }
}

/// Where discharge stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DischargeState {
    /// Not done.
    Open,
    /// Done.
    Done,
    /// Done, and cancelled at a time.
    Cancelled(NaiveDateTime),
}

/// Item 7: a fee changed or recalled, not while discharge stands.
///
/// # Errors
/// `DISCHARGE_NOT_CANCELLED`.
pub fn fee_change(state: DischargeState, asked_at: NaiveDateTime) -> Result<(), GuardRefusal> {
    match state {
        DischargeState::Open => Ok(()),
        DischargeState::Cancelled(at) if at <= asked_at => Ok(()),
        DischargeState::Cancelled(_) | DischargeState::Done => Err(refusal(
            "DISCHARGE_NOT_CANCELLED",
            "已办理医保出院，须先撤销出院办理",
            "discharge is done; cancel it first",
        )),
    }
}

/// A change of the insurance category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CategoryChange<'a> {
    /// `ipt_med_type` now.
    pub from: &'a str,
    /// `ipt_med_type` wanted.
    pub to: &'a str,
    /// The stay is settled.
    pub settled: bool,
    /// The list is uploaded.
    pub uploaded: bool,
    /// Planned hours of the stay.
    pub planned_hours: u32,
    /// Most hours the area allows for day surgery: 24 by default, 48 at most.
    pub most_hours: u32,
}

/// Item 13: from an ordinary stay (1) to day surgery (2).
///
/// # Errors
/// `STAY_SETTLED`, `LIST_UPLOADED`, `CATEGORY_NOT_ALLOWED`, `PLANNED_STAY_TOO_LONG`.
pub fn category_change(change: CategoryChange<'_>) -> Result<(), GuardRefusal> {
    if change.settled {
        return Err(refusal(
            "STAY_SETTLED",
            "已结算，不能变更类别",
            "the stay is settled",
        ));
    }
    if change.uploaded {
        return Err(refusal(
            "LIST_UPLOADED",
            "清单已上传，不能变更类别",
            "the list is uploaded",
        ));
    }
    if (change.from, change.to) != ("1", "2") {
        return Err(refusal(
            "CATEGORY_NOT_ALLOWED",
            "只能由普通住院变更为日间手术",
            "only an ordinary stay can become day surgery",
        ));
    }
    if change.planned_hours > change.most_hours.min(48) {
        return Err(refusal(
            "PLANNED_STAY_TOO_LONG",
            "计划住院时长超过日间手术上限",
            "the planned stay is longer than day surgery allows",
        ));
    }
    Ok(())
}

/// Item 17: an item of the hospital catalogue may be edited only while its mapping is
/// stopped.
///
/// # Errors
/// `MAPPING_ACTIVE`.
pub fn mapping_edit(mapping_is_active: bool) -> Result<(), GuardRefusal> {
    if mapping_is_active {
        return Err(refusal(
            "MAPPING_ACTIVE",
            "该项目的医保对照有效，须由医保办停用后再修改",
            "the item's mapping is active; the insurance office stops it first",
        ));
    }
    Ok(())
}

/// Items 15 and 16: what a mapping lacks before it can be confirmed. A consumable needs
/// material and specification, every item its national code.
#[must_use]
pub fn mapping_gaps(
    is_consumable: bool,
    nhsa_code: &str,
    material: &str,
    spec: &str,
) -> Vec<&'static str> {
    let consumable = |value: &str| is_consumable && value.trim().is_empty();
    [
        ("nhsa_code", nhsa_code.trim().is_empty()),
        ("material", consumable(material)),
        ("spec", consumable(spec)),
    ]
    .into_iter()
    .filter_map(|(name, lacks)| lacks.then_some(name))
    .collect()
}

/// What the physician's answer on a restricted decoction piece means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecoctionMark {
    /// 符合: reimbursed.
    Reimbursed,
    /// 不符合(自费): self-paid.
    SelfPaid,
}

/// Item 18: the mark of an answer; 无, a blank and anything else are none, and the order
/// may not be finalised.
#[must_use]
pub fn decoction_mark(answer: &str) -> Option<DecoctionMark> {
    match answer.trim() {
        "符合" => Some(DecoctionMark::Reimbursed),
        "不符合" | "不符合(自费)" | "不符合（自费）" => {
            Some(DecoctionMark::SelfPaid)
        }
        _ => None,
    }
}
