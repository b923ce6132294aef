//! What follows from a list: principal and other codes, age, stay, total cost.

use chrono::NaiveDate;
use rust_decimal::prelude::ToPrimitive;

use super::SettlementList;
use crate::calendar::{completed_days, completed_years};
use crate::field::Field;
use crate::fields::{diseinfo, iteminfo, oprninfo, setlinfo};
use crate::money::Money;
use crate::node::Node;
use crate::procedure::names_procedure;
use crate::row::Row;

impl SettlementList {
    /// The western diagnoses (`diag_type` 1, or blank where a layout leaves it out).
    pub fn western_diagnoses(&self) -> impl Iterator<Item = &Row> {
        let rows = self.rows(Node::Diseinfo).iter();
        rows.filter(|row| row.is_blank(diseinfo::DIAG_TYPE) || row.says(diseinfo::DIAG_TYPE, "1"))
    }

    /// The principal diagnosis: the first western one marked by `maindiag_flag` 1,
    /// else the first western one. Its code may be blank.
    #[must_use]
    pub fn principal_diagnosis(&self) -> Option<&Row> {
        let mut western = self.western_diagnoses();
        western
            .find(|row| row.says(diseinfo::MAINDIAG_FLAG, "1"))
            .or_else(|| self.western_diagnoses().next())
    }

    /// The western diagnoses besides the principal one, rows without a code skipped.
    pub fn other_diagnoses(&self) -> impl Iterator<Item = &Row> {
        let principal = self.principal_diagnosis().map(Row::index);
        self.western_diagnoses()
            .filter(move |row| Some(row.index()) != principal && !row.is_blank(diseinfo::DIAG_CODE))
    }

    /// The procedures that have a code; placeholders for "no operation" are none.
    pub fn coded_procedures(&self) -> impl Iterator<Item = &Row> {
        let rows = self.rows(Node::Oprninfo).iter();
        rows.filter(|row| {
            row.text(oprninfo::OPRN_OPRT_CODE)
                .is_some_and(names_procedure)
        })
    }

    /// The principal procedure: the first coded one marked by `oprn_oprt_type` 1, else
    /// the first coded one.
    #[must_use]
    pub fn principal_procedure(&self) -> Option<&Row> {
        let mut coded = self.coded_procedures();
        coded
            .find(|row| row.says(oprninfo::OPRN_OPRT_TYPE, "1"))
            .or_else(|| self.coded_procedures().next())
    }

    /// The coded procedures besides the principal one.
    pub fn other_procedures(&self) -> impl Iterator<Item = &Row> {
        let principal = self.principal_procedure().map(Row::index);
        self.coded_procedures()
            .filter(move |row| Some(row.index()) != principal)
    }

    fn birth(&self) -> Option<NaiveDate> {
        Some(self.setlinfo().datetime(setlinfo::BRDY)?.date())
    }

    fn admission(&self) -> Option<NaiveDate> {
        Some(self.setlinfo().datetime(setlinfo::ADM_TIME)?.date())
    }

    /// Completed years at admission, by `brdy` and `adm_time`; where one is missing,
    /// what the list declares (`age`, and 0 if it gives an age in days below 365).
    #[must_use]
    pub fn age_years(&self) -> Option<u16> {
        match (self.birth(), self.admission()) {
            (Some(birth), Some(admission)) => completed_years(birth, admission),
            _ => self
                .whole(setlinfo::AGE)
                .or_else(|| self.declared_days().filter(|days| *days < 365).map(|_| 0)),
        }
    }

    /// Completed days at admission, the day of birth being day 0; where `brdy` or
    /// `adm_time` is missing, the declared `nwb_age` or `age_days`.
    #[must_use]
    pub fn age_days(&self) -> Option<u16> {
        match (self.birth(), self.admission()) {
            (Some(birth), Some(admission)) => completed_days(birth, admission),
            _ => self.declared_days(),
        }
    }

    fn declared_days(&self) -> Option<u16> {
        self.whole(setlinfo::NWB_AGE)
            .or_else(|| self.whole(setlinfo::AGE_DAYS))
    }

    fn whole(&self, field: Field) -> Option<u16> {
        let value = self.setlinfo().decimal(field)?;
        value.floor().to_u16()
    }

    /// Days of stay: discharge day less admission day, at least 1 (卫医政发〔2011〕84号
    /// 附件2, 实际住院天数); where a time is missing, the declared `act_ipt_days`.
    #[must_use]
    pub fn length_of_stay(&self) -> Option<u16> {
        let discharge = self
            .setlinfo()
            .datetime(setlinfo::DSCG_TIME)
            .map(|time| time.date());
        match (self.admission(), discharge) {
            (Some(admission), Some(discharge)) => {
                completed_days(admission, discharge).map(|days| days.max(1))
            }
            _ => self.whole(setlinfo::ACT_IPT_DAYS),
        }
    }

    /// The sum of `iteminfo.amt`; `None` without such rows, or where an amount is
    /// missing, no exact amount of fen, or the sum out of range. A list without
    /// `iteminfo` takes its total from the settlement record.
    #[must_use]
    pub fn total_cost(&self) -> Option<Money> {
        let items = self.rows(Node::Iteminfo);
        if items.is_empty() {
            return None;
        }
        items.iter().try_fold(Money::ZERO, |total, item| {
            let amount = Money::from_yuan(item.decimal(iteminfo::AMT)?).ok()?;
            total.checked_add(amount).ok()
        })
    }
}
