//! The month in the names of 9201 and 9204.

use chrono::{Months, NaiveDate};
use chs_model::fields::setlinfo;
use serde::Serialize;
use serde_json::Value;

use super::institution;
use crate::{
    error::{ErrorCode, Refusal},
    operations::bills_monthly::{
        DetailsQuery, PageAnswer, PageResult, SlipView, SummaryQuery, SummaryView,
    },
    service::{
        exactly_once::{Done, exactly_once},
        reconciliation::refused,
        stored_list::{self, JoinedList},
    },
    session::Session,
    store::{
        Tx, TxError,
        bill_pages::{self, BillPage, BillRow},
        frozen_cases::{self, FrozenCase},
        lists::{self, ListKeys},
        monthly_batches::{self, Batch},
    },
    wire,
};
use chs_settlement::states::BatchState;

/// Inpatient (dictionary clr_type).
const INPATIENT: &str = "21";
/// The institution itself (dictionary pay_loc).
pub(in crate::service) const INSTITUTION: &str = "2";

/// 9201: a row for each batch of the institution's month.
pub(super) async fn summary(session: &Session, query: &SummaryQuery) -> Result<Value, Refusal> {
    let code = institution(session, Some(&query.fixmedins_code), "/fixmedinsCode")?;
    let ours = billed_here(session, &query.clr_optins, &query.vali_flag, &query.pay_loc);
    exactly_once(session, async |tx: &Tx<'_>| {
        let size = i64::from(query.page_size);
        let page = BillPage {
            setl_ym: &query.clr_ym,
            fixmedins_code: code,
            division: "",
            insutype: None,
            offset: (i64::from(query.page_num) - 1) * size,
            limit: size,
        };
        let (rows, total) = if ours {
            bill_pages::bills(tx, &page).await?
        } else {
            (Vec::new(), 0)
        };
        let rows = rows.into_iter();
        let rows = rows.map(|row| summary_view(session, &query.clr_ym, row));
        let rows = rows.collect::<Result<_, _>>()?;
        Ok(Done {
            answer: paged((query.page_num, query.page_size), rows, total)?,
            subject: query.clr_ym.clone(),
        })
    })
    .await
}

/// Whether a query of 9201 to 9203 is about what is billed here: valid data of this pooling
/// area's own institutions.
pub(in crate::service) fn billed_here(
    session: &Session,
    clr_optins: &str,
    vali_flag: &str,
    pay_loc: &str,
) -> bool {
    let area = session.app.config.admdvs.get(..4);
    clr_optins.get(..4) == area && vali_flag == "1" && pay_loc == INSTITUTION
}

fn paged<T: Serialize>(
    (page_num, page_size): (u32, u32),
    data: Vec<T>,
    total: i64,
) -> Result<PageAnswer<T>, Refusal> {
    let size = i64::try_from(data.len()).map_err(Refusal::internal)?;
    let before = (i64::from(page_num) - 1) * i64::from(page_size);
    let pages = (total + i64::from(page_size) - 1) / i64::from(page_size);
    Ok(PageAnswer {
        page_result: PageResult {
            page_num,
            page_size,
            size,
            start_row: if size == 0 { 0 } else { before + 1 },
            end_row: if size == 0 { 0 } else { before + size },
            pages,
            record_counts: total,
            is_first_page: page_num == 1,
            is_last_page: i64::from(page_num) >= pages,
            data,
        },
    })
}

fn summary_view(session: &Session, clr_ym: &str, row: BillRow) -> Result<SummaryView, Refusal> {
    let app = &session.app;
    let bill = &row.bill;
    let due = bill
        .booked_fen
        .checked_add(bill.differences_fen)
        .and_then(|sum| sum.checked_sub(bill.carried_in_fen))
        .ok_or_else(|| Refusal::internal("a bill is out of range"))?;
    let by_item = bill.cost_fen.checked_sub(bill.others_fen);
    let by_item = by_item.ok_or_else(|| Refusal::internal("a bill is out of range"))?;
    let paid = BatchState::from_name(&row.state).is_some_and(BatchState::clearable);
    let (first, last) = days_of(clr_ym).ok_or_else(|| Refusal::internal("no month"))?;
    Ok(SummaryView {
        fixmedins_name: app.institution_name(&row.fixmedins_code),
        fee_clr_id: row.batch_id,
        clr_appy_evt_id: row.clr_appy_evt_id,
        fixmedins_code: row.fixmedins_code,
        fix_blng_admdvs: row.district,
        clr_optins: app.config.admdvs.clone(),
        insutype: row.insutype,
        clr_type: INPATIENT,
        clr_ym: clr_ym.to_owned(),
        clr_psntime: bill.cases,
        medfee_sumamt: wire::yuan_of_fen(bill.cost_fen),
        hi_agre_sumfee: wire::yuan_of_fen(bill.payable_fen),
        fund_appy_sum: wire::yuan_of_fen(by_item),
        dfr_amt: wire::yuan_of_fen(due),
        det_sumamt: wire::yuan_of_fen(bill.deductions_fen),
        dpst_sumamt: wire::yuan_of_fen(bill.deposit_fen),
        act_dfr_amt: row.reconciled_fen.filter(|_| paid).map(wire::yuan_of_fen),
        begndate: first.format("%Y-%m-%d 00:00:00").to_string(),
        enddate: last.format("%Y-%m-%d 00:00:00").to_string(),
        vali_flag: "1",
        crte_time: wire::china_time(row.frozen_at),
        updt_time: wire::china_time(bill.billed_at),
        poolarea_no: app.config.admdvs.clone(),
        clr_stas: row.state,
    })
}

/// First and last day of a month, yyyyMM.
fn days_of(month: &str) -> Option<(NaiveDate, NaiveDate)> {
    let first = NaiveDate::from_ymd_opt(
        month.get(..4)?.parse().ok()?,
        month.get(4..)?.parse().ok()?,
        1,
    )?;
    let last = first.checked_add_months(Months::new(1))?.pred_opt()?;
    Some((first, last))
}

/// 9204: the settlements behind one batch. Every call is on the audit chain.
pub(super) async fn details(session: &Session, query: &DetailsQuery) -> Result<Value, Refusal> {
    institution(session, Some(&query.fixmedins_code), "/fixmedinsCode")?;
    exactly_once(session, async |tx: &Tx<'_>| {
        let batch = monthly_batches::by_id(tx, &query.fixmedins_code, &query.fee_clr_id).await?;
        let batch = batch.filter(|batch| {
            let asked = query.clr_appy_evt_id.as_ref();
            asked.is_none_or(|asked| *asked == batch.clr_appy_evt_id)
        });
        let batch = batch.ok_or_else(|| refused(ErrorCode::BatchUnknown, "/feeClrId"))?;
        let size = i64::from(query.page_size);
        let page = BillPage {
            setl_ym: &batch.key.setl_ym,
            fixmedins_code: Some(&batch.key.fixmedins_code),
            division: "",
            insutype: Some(&batch.key.insutype),
            offset: (i64::from(query.page_num) - 1) * size,
            limit: size,
        };
        let (cases, total) = frozen_cases::page(tx, &page).await?;
        let slips = slips(tx, session, &batch, &cases).await?;
        Ok(Done {
            answer: paged((query.page_num, query.page_size), slips, total)?,
            subject: batch.batch_id,
        })
    })
    .await
}

async fn slips(
    tx: &Tx<'_>,
    session: &Session,
    batch: &Batch,
    cases: &[FrozenCase],
) -> Result<Vec<SlipView>, TxError> {
    let keys: ListKeys = cases
        .iter()
        .map(|case| (case.fixmedins_code.as_str(), case.setl_id.as_str()))
        .collect();
    let bodies = lists::bodies(tx, &keys).await?;
    let mut heads = lists::heads(tx, &keys).await?;
    // As the cases: by settlement id.
    heads.sort_by(|a, b| a.setl_id.cmp(&b.setl_id));
    let joined = stored_list::open_all(tx, &session.app, &heads, &bodies).await?;
    if joined.len() != cases.len() {
        return Err(Refusal::internal("a frozen list is gone").into());
    }
    let slips = cases.iter().zip(&joined);
    Ok(slips
        .map(|(case, joined)| slip(session, batch, case, joined))
        .collect::<Result<_, _>>()?)
}

fn slip(
    session: &Session,
    batch: &Batch,
    case: &FrozenCase,
    joined: &JoinedList,
) -> Result<SlipView, Refusal> {
    let info = joined.list.setlinfo();
    let text = |field| info.text(field).map_or("", str::trim).to_owned();
    let fund = case.cost_fen.checked_sub(case.others_fen);
    let fund = fund.ok_or_else(|| Refusal::internal("a case is out of range"))?;
    Ok(SlipView {
        psn_name: text(setlinfo::PSN_NAME),
        certno: text(setlinfo::CERTNO),
        psn_no: text(setlinfo::PSN_NO),
        psn_cert_type: text(setlinfo::PATN_CERT_TYPE),
        gend: text(setlinfo::GEND),
        brdy: text(setlinfo::BRDY),
        insutype: case.insutype.clone(),
        begndate: text(setlinfo::SETL_BEGN_DATE),
        enddate: text(setlinfo::SETL_END_DATE),
        setl_id: case.setl_id.clone(),
        mdtrt_id: text(setlinfo::MDTRT_ID),
        clr_appr_evt_id: batch.clr_appy_evt_id.clone(),
        medfee_sumamt: wire::yuan_of_fen(case.cost_fen),
        fund_pay_sumamt: wire::yuan_of_fen(fund),
        psn_pay: wire::yuan_of_fen(case.others_fen),
        acct_pay: info.decimal(setlinfo::ACCT_PAY).map(wire::decimal),
        cash_payamt: info.decimal(setlinfo::PSN_CASHPAY).map(wire::decimal),
        insu_admdvs: text(setlinfo::INSUPLC),
        pay_loc: INSTITUTION,
        fixmedins_code: case.fixmedins_code.clone(),
        fixmedins_name: text(setlinfo::FIXMEDINS_NAME),
        clr_type: INPATIENT,
        clr_way: if case.method.starts_with("dip") {
            "50"
        } else {
            "40"
        },
        clr_optins: session.app.config.admdvs.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_has_its_days() {
        let (first, last) = days_of("202602").unwrap();
        assert_eq!(
            (first.to_string(), last.to_string()),
            ("2026-02-01".into(), "2026-02-28".into())
        );
        assert_eq!(days_of("202613"), None);
    }

    #[test]
    fn pages_are_counted_from_one() {
        let page = paged((2, 10), vec![1, 2, 3], 13).unwrap().page_result;
        assert_eq!(
            (page.size, page.start_row, page.end_row, page.pages),
            (3, 11, 13, 2)
        );
        assert!(!page.is_first_page && page.is_last_page);
        let none = paged((1, 10), Vec::<i32>::new(), 0).unwrap().page_result;
        assert_eq!((none.start_row, none.pages), (0, 0));
        assert!(none.is_first_page && none.is_last_page);
    }
}
