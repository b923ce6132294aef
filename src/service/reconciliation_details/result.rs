//! The result of 3202: its file, in the published columns, and the repairs of the answer.

use std::{collections::HashMap, io};

use chs_settlement::matching::{Amounts, Difference, Sums, Tally, Verdict};

use super::{
    Unlike,
    plan::{self, Kind, ListState},
};
use crate::{
    error::Refusal,
    exchange::written,
    operations::{
        reconciliation_details::{Repair, Step},
        reconciliation_totals::Figures,
        transaction::Edition,
    },
    service::{our_settlements::Whose, reconciliation_totals::stmt_rslt},
};

/// Most characters of a memo.
const MOST_MEMO: usize = 500;

/// The differences of a reconciliation and whom they concern.
pub(super) struct Found {
    pub(super) unlike: Vec<Unlike>,
    pub(super) persons: HashMap<String, Whose>,
    pub(super) lists: HashMap<String, ListState>,
    pub(super) clr_type: String,
    pub(super) edition: Edition,
}

/// What the differences together say.
pub(super) fn verdict(tally: &Tally) -> Verdict {
    let more = |sums: &Sums| sums.count > 0;
    match (
        more(&tally.only_ours),
        more(&tally.only_theirs),
        more(&tally.unequal),
    ) {
        (false, false, false) => Verdict::Equal,
        (true, false, false) => Verdict::OursMore,
        (false, true, false) => Verdict::TheirsMore,
        _ => Verdict::Mixed,
    }
}

pub(super) fn setl_id(unlike: &Unlike) -> &str {
    match unlike {
        Difference::OnlyOurs(one) => &one.key.0,
        Difference::OnlyTheirs(one) => &one.key.0,
        Difference::Amounts { ours, .. } => &ours.key.0,
    }
}

/// The parts of a difference that both the file and the answer tell.
struct Parts<'a> {
    kind: Kind,
    verdict: Verdict,
    refunded: bool,
    line: Option<u64>,
    centre: Option<Amounts>,
    hospital: Option<Amounts>,
    psn_no: &'a str,
    mdtrt_id: &'a str,
    msgid: &'a str,
}

impl Found {
    fn parts<'a>(&'a self, unlike: &'a Unlike) -> Parts<'a> {
        let whose = self.persons.get(setl_id(unlike));
        let (psn_no, mdtrt_id) = whose.map_or(("", ""), |one| (&one.psn_no, &one.mdtrt_id));
        match unlike {
            Difference::OnlyOurs(ours) => Parts {
                kind: Kind::CentreOnly,
                verdict: Verdict::OursMore,
                refunded: ours.key.1,
                line: None,
                centre: Some(ours.amounts),
                hospital: None,
                psn_no,
                mdtrt_id,
                msgid: &ours.of.medins_setl_id,
            },
            Difference::OnlyTheirs(theirs) => Parts {
                kind: Kind::HospitalOnly,
                verdict: Verdict::TheirsMore,
                refunded: theirs.key.1,
                line: Some(theirs.of.line),
                centre: None,
                hospital: Some(theirs.amounts),
                psn_no: &theirs.of.psn_no,
                mdtrt_id: &theirs.of.mdtrt_id,
                msgid: "",
            },
            Difference::Amounts { ours, theirs } => Parts {
                kind: Kind::Amounts,
                verdict: Verdict::Mixed,
                refunded: ours.key.1,
                line: Some(theirs.of.line),
                centre: Some(ours.amounts),
                hospital: Some(theirs.amounts),
                psn_no: &theirs.of.psn_no,
                mdtrt_id: &theirs.of.mdtrt_id,
                msgid: &ours.of.medins_setl_id,
            },
        }
    }

    fn plan(&self, unlike: &Unlike, kind: Kind) -> Vec<Step> {
        let list = self.lists.get(setl_id(unlike)).copied();
        plan::steps(kind, &self.clr_type, list)
    }

    /// The first repairs.
    pub(super) fn repairs(&self, most: usize) -> Vec<Repair> {
        let figures = |amounts| Figures::from(Sums { count: 1, amounts });
        self.unlike
            .iter()
            .take(most)
            .map(|unlike| {
                let parts = self.parts(unlike);
                Repair {
                    kind: match parts.kind {
                        Kind::CentreOnly => "CENTRE_ONLY",
                        Kind::HospitalOnly => "HOSPITAL_ONLY",
                        Kind::Amounts => "AMOUNTS",
                    },
                    setl_id: setl_id(unlike).to_owned(),
                    refd_setl_flag: flag(parts.refunded),
                    line: parts.line,
                    stmt_rslt: stmt_rslt(parts.verdict, self.edition),
                    centre: parts.centre.map(figures),
                    hospital: parts.hospital.map(figures),
                    plan: self.plan(unlike, parts.kind),
                }
            })
            .collect()
    }
}

fn flag(refunded: bool) -> &'static str {
    if refunded { "1" } else { "0" }
}

/// Which side has what, and what mends it, in words.
fn memo(parts: &Parts<'_>, plan: &[Step]) -> String {
    let side = |amounts: &Option<Amounts>| match amounts {
        None => "无".to_owned(),
        Some(amounts) => written::amounts(amounts).join("/"),
    };
    let (kind, centre, hospital) = (parts.kind, side(&parts.centre), side(&parts.hospital));
    let kind = match kind {
        Kind::CentreOnly => "中心多",
        Kind::HospitalOnly => "医药机构多",
        Kind::Amounts => "金额不一致",
    };
    let mut told = format!("{kind}：中心 {centre}，医药机构 {hospital}");
    if let Some(line) = parts.line {
        told.push_str(&format!("（明细第 {line} 行）"));
    }
    for step in plan {
        told.push('；');
        if !step.infno.is_empty() {
            told.push_str(&format!("【{}】", step.infno));
        }
        told.push_str(step.zh);
    }
    told.chars().take(MOST_MEMO).collect()
}

/// The result file: psn_no, mdtrt_id, setl_id, msgid, stmt_rslt, refd_setl_flag, memo and the
/// centre's amounts, or the hospital's where the centre has none. Equal records are left out.
///
/// # Errors
/// A fault of ours.
pub(super) fn file(name: &str, found: &Found) -> Result<Vec<u8>, Refusal> {
    let write = |text: &mut dyn io::Write| {
        for unlike in &found.unlike {
            let parts = found.parts(unlike);
            let amounts = parts.centre.or(parts.hospital).unwrap_or_default();
            let [total, fund, account] = written::amounts(&amounts);
            let memo = memo(&parts, &found.plan(unlike, parts.kind));
            let columns = [
                parts.psn_no,
                parts.mdtrt_id,
                setl_id(unlike),
                parts.msgid,
                stmt_rslt(parts.verdict, found.edition),
                flag(parts.refunded),
                &memo,
                &total,
                &fund,
                &account,
            ];
            written::line(text, '\t', &columns)?;
        }
        Ok(())
    };
    written::zipped(name, write).map_err(Refusal::internal)
}
