//! A month under a points method: the value comes from the budget and all frozen cases.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{billed, bills, fen, frozen, run, whole};
use crate::harness::{Gateway, rows};

fn decimal(value: &Value) -> Decimal {
    value.to_string().parse().unwrap()
}

#[actix_web::test]
async fn the_value_of_a_point_spends_the_budget() {
    let gateway = Gateway::start_with(|config| {
        config.profile = "fangchenggang".into();
        config.settlement.billing_seconds = 1;
    })
    .await;
    frozen(&gateway, 311).await;
    let short = run(&gateway, "202610", &[("310", 0), ("390", 0)]).await;
    // A budget of nothing still has the patients' share to pay points with.
    let valued = if short.code == "0" {
        short
    } else {
        assert_eq!(short.code, "CHS-42231");
        run(&gateway, "202610", &[("310", 60_000), ("390", 50_000)]).await
    };
    assert_eq!(valued.code, "0", "{}", valued.data);
    let month = billed(&gateway, "202610").await;
    assert_eq!(month["example"], json!(true), "{month}");
    whole(&gateway, &month).await;
    for pool in month["pools"].as_array().unwrap() {
        let (value, points) = (decimal(&pool["value"]), decimal(&pool["points"]));
        assert!(points > Decimal::ZERO && value > Decimal::ZERO, "{pool}");
        // Four decimals of the value and a fen of each case are all that is left over.
        let cases = pool["setl_psntime"].as_i64().unwrap();
        let most = points * Decimal::new(5, 5) * Decimal::from(100) + Decimal::from(cases);
        assert!(Decimal::from(fen(&pool["residue"]).abs()) <= most, "{pool}");
    }
    for case in rows(&bills(&gateway, "city", "202610", "case").await) {
        let pool = month["pools"].as_array().unwrap().iter();
        let mut pool = pool.filter(|pool| pool["insutype"] == case["insutype"]);
        let value = decimal(&pool.next().unwrap()["value"]);
        if decimal(&case["points"]).is_zero() {
            continue;
        }
        let worth = (decimal(&case["points"]) * value)
            .round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
        assert_eq!(
            fen(&case["payable"]),
            fen(&json!(worth.to_string())),
            "{case}"
        );
    }
    gateway.stop().await;
}
