//! What mends a difference: which transaction is sent for its settlement. A proposal; whether
//! the centre or the hospital is right, people decide.

use crate::operations::reconciliation_details::Step;

/// Kinds of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    CentreOnly,
    HospitalOnly,
    Amounts,
}

/// How far a settlement's list has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListState {
    /// Uploaded, not passed.
    Uploaded,
    /// Passed or frozen.
    Passed,
}

impl ListState {
    pub(super) fn of(stas_type: i16, frozen: bool) -> ListState {
        if frozen || stas_type == 2 {
            ListState::Passed
        } else {
            ListState::Uploaded
        }
    }
}

const LOOK_UP: Step = Step {
    infno: "5203",
    zh: "查询中心结算记录核实",
    en: "look the centre's record up",
};
const BOOK: Step = Step {
    infno: "",
    zh: "确已结算的补记院内账",
    en: "if it was settled, book it at the hospital",
};
const REVERSE: Step = Step {
    infno: "2601",
    zh: "院内确无且未完成的，以本行 msgid 冲正",
    en: "if the hospital never finished it, reverse it by its msgid",
};
const STRIKE: Step = Step {
    infno: "",
    zh: "未结算的撤销院内账",
    en: "if it was never settled, strike it from the hospital's books",
};
const CORRECT: Step = Step {
    infno: "",
    zh: "中心无误的更正院内账",
    en: "if the centre is right, correct the hospital's books",
};
const RELOAD: Step = Step {
    infno: "4101",
    zh: "更正后重新上传清单（已提交的先以 4102 撤回）",
    en: "then upload its list anew (4102 first withdraws a submitted one)",
};
const ENTRY: Step = Step {
    infno: "",
    zh: "清单已审核通过或固化，以差异登记更正",
    en: "its list is passed or frozen: a difference entry corrects it",
};

/// The steps, in their order.
pub(super) fn steps(kind: Kind, clr_type: &str, list: Option<ListState>) -> Vec<Step> {
    let (settle, revoke) = transactions(clr_type);
    let settle = Step {
        infno: settle,
        zh: "中心漏结的重新结算",
        en: "if the centre lacks it, settle it again",
    };
    let revoke = Step {
        infno: revoke,
        zh: "中心有误的撤销结算",
        en: "if the centre is wrong, revoke the settlement",
    };
    let mut steps = match kind {
        Kind::CentreOnly => vec![LOOK_UP, BOOK, REVERSE, revoke],
        Kind::HospitalOnly => vec![LOOK_UP, settle, STRIKE],
        Kind::Amounts => vec![LOOK_UP, CORRECT, revoke, settle],
    };
    steps.extend(list.map(|list| match list {
        ListState::Uploaded => RELOAD,
        ListState::Passed => ENTRY,
    }));
    steps
}

/// Settlement and its revocation: of an outpatient, a pharmacy, else of an inpatient stay.
fn transactions(clr_type: &str) -> (&'static str, &'static str) {
    match clr_type.as_bytes() {
        [b'1', ..] => ("2207", "2208"),
        [b'4', ..] => ("2102", "2103"),
        _ => ("2304", "2305"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn infnos(kind: Kind, clr_type: &str, list: Option<ListState>) -> Vec<&'static str> {
        let steps = steps(kind, clr_type, list);
        let sent = steps.iter().map(|step| step.infno);
        sent.filter(|infno| !infno.is_empty()).collect()
    }

    #[test]
    fn each_kind_is_mended_by_its_own_transactions() {
        let none = None;
        assert_eq!(
            infnos(Kind::CentreOnly, "21", none),
            ["5203", "2601", "2305"]
        );
        assert_eq!(infnos(Kind::HospitalOnly, "21", none), ["5203", "2304"]);
        assert_eq!(infnos(Kind::Amounts, "11", none), ["5203", "2208", "2207"]);
        assert_eq!(infnos(Kind::HospitalOnly, "41", none), ["5203", "2102"]);
    }

    #[test]
    fn a_list_is_sent_again_unless_it_is_passed() {
        let uploaded = Some(ListState::of(1, false));
        assert_eq!(infnos(Kind::Amounts, "", uploaded).last(), Some(&"4101"));
        for passed in [ListState::of(2, false), ListState::of(1, true)] {
            let steps = steps(Kind::Amounts, "", Some(passed));
            assert_eq!(steps.last(), Some(&ENTRY));
        }
    }
}
