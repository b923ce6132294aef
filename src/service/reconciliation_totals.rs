//! `reconciliation.totals` (3201): totals of both sides, tolerance 0 fen.

use chrono::NaiveDate;
use chs_settlement::matching::{Amounts, Sums, Verdict};
use serde_json::Value;

use crate::{
    error::{ErrorCode, Refusal},
    operations::{
        reconciliation_totals::{TotalsAnswer, TotalsRequest},
        transaction::Edition,
    },
    service::{
        exactly_once::{Done, exactly_once},
        files::own,
        our_settlements, reconciliation,
    },
    session::Session,
    store::{
        Tx,
        settled_amounts::{self, Span},
    },
};

/// Most days of one reconciliation.
const MOST_DAYS: i64 = 366;

/// Code of a result: V1.1.27 knows equal and unequal only, V8.1 which side has more.
pub(super) fn stmt_rslt(verdict: Verdict, edition: Edition) -> &'static str {
    match (verdict, edition) {
        (Verdict::Equal, _) => "0",
        (_, Edition::Provincial) | (Verdict::OursMore, Edition::National) => "1",
        (Verdict::TheirsMore, Edition::National) => "2",
        (Verdict::Mixed, Edition::National) => "3",
    }
}

/// Refuses days that are no period, at the last one's field.
pub(super) fn check_days(
    (first, last): (NaiveDate, NaiveDate),
    pointer: &str,
) -> Result<(), Refusal> {
    if (0..MOST_DAYS).contains(&last.signed_duration_since(first).num_days()) {
        return Ok(());
    }
    Err(Refusal::field(
        ErrorCode::SchemaViolation,
        pointer,
        "结束日期不得早于开始日期，期间至多 366 天",
        "the last day is not before the first one, and a period has at most 366 days",
    ))
}

/// What refd_setl_flag means for the records of both sides.
pub(super) fn refunded(session: &Session, flag: Option<&str>) -> Option<bool> {
    let limits = session.app.config.files.refund_flag_limits;
    flag.filter(|_| limits).map(|flag| flag == "1")
}

/// Compares the totals of the call with the centre's.
///
/// # Errors
/// Days that are no period, and those of [`exactly_once`].
pub async fn run(session: &Session, request: &TotalsRequest) -> Result<Value, Refusal> {
    let institution = own(session)?;
    let days = (request.stmt_begndate, request.stmt_enddate);
    check_days(days, "/stmt_enddate")?;
    our_settlements::read_earlier(session, institution).await?;
    let span = Span {
        fixmedins_code: institution,
        days,
        insutype: Some(&request.insutype),
        clr_type: Some(&request.clr_type),
        refunded: refunded(session, request.refd_setl_flag.as_deref()),
    };
    let theirs = Sums {
        count: request.fixmedins_setl_cnt,
        amounts: Amounts {
            total: request.medfee_sumamt,
            fund: request.fund_pay_sumamt,
            account: request.acct_pay,
        },
    };
    let edition = session.caller.transaction.edition;
    exactly_once(session, async |tx: &Tx<'_>| {
        let (ours, untyped) = settled_amounts::sums(tx, &span).await?;
        let verdict = ours.against(&theirs);
        let difference = ours.minus(theirs);
        Ok(Done {
            answer: TotalsAnswer {
                setl_optins: request.setl_optins.clone(),
                stmt_rslt: stmt_rslt(verdict, edition),
                stmt_rslt_dscr: described(verdict, &ours, &theirs, untyped),
                centre: ours.into(),
                difference: difference.map_err(reconciliation::out_of_range)?.into(),
                untyped,
            },
            subject: format!("{} {}", request.stmt_begndate, request.stmt_enddate),
        })
    })
    .await
}

/// Both sides in words, below the 200 characters that are published.
fn described(verdict: Verdict, ours: &Sums, theirs: &Sums, untyped: i64) -> String {
    let side = |sums: &Sums| {
        format!(
            "{}笔、总费用{}元、基金{}元、账户{}元",
            sums.count,
            sums.amounts.total.to_decimal(),
            sums.amounts.fund.to_decimal(),
            sums.amounts.account.to_decimal()
        )
    };
    let mut told = match verdict {
        Verdict::Equal => format!("平：{}", side(ours)),
        _ => format!("中心{}；医药机构{}", side(ours), side(theirs)),
    };
    if untyped > 0 {
        told.push_str(&format!("；另有{untyped}笔未注明险种，未计入"));
    }
    told.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use chs_model::Money;

    use super::*;

    #[test]
    fn the_editions_have_their_own_results() {
        let codes = |edition| {
            [
                Verdict::Equal,
                Verdict::OursMore,
                Verdict::TheirsMore,
                Verdict::Mixed,
            ]
            .map(|verdict| stmt_rslt(verdict, edition))
        };
        assert_eq!(codes(Edition::Provincial), ["0", "1", "1", "1"]);
        assert_eq!(codes(Edition::National), ["0", "1", "2", "3"]);
    }

    #[test]
    fn a_period_has_an_end_and_at_most_a_year() {
        let day = |text| chs_model::parse_date(text).unwrap();
        let taken = |first, last| check_days((day(first), day(last)), "/x").is_ok();
        assert!(taken("2026-10-01", "2026-10-01"));
        assert!(taken("2028-01-01", "2028-12-31"));
        assert!(!taken("2026-10-02", "2026-10-01"));
        assert!(!taken("2026-01-01", "2027-01-02"));
    }

    #[test]
    fn both_sides_are_told_in_two_hundred_characters() {
        let most = Sums {
            count: i64::MAX,
            amounts: Amounts {
                total: Money::from_fen(i64::MIN),
                fund: Money::from_fen(i64::MIN),
                account: Money::from_fen(i64::MIN),
            },
        };
        let told = described(Verdict::Mixed, &most, &most, 7);
        assert!(told.chars().count() <= 200, "{told}");
        assert!(described(Verdict::Equal, &Sums::default(), &Sums::default(), 0).starts_with('平'));
    }
}
