//! Callers and their keys as text or JSON; no secret among them.

use serde_json::{Value, json};

use crate::store::callers::{CallerRow, KeyRow};

pub(super) fn print(
    callers: &[CallerRow],
    keys: &[KeyRow],
    as_json: bool,
) -> Result<(), serde_json::Error> {
    if as_json {
        let rows: Vec<Value> = callers.iter().map(|row| written(row, keys)).collect();
        println!("{}", serde_json::to_string_pretty(&rows)?);
        return Ok(());
    }
    for row in callers {
        let state = if row.suspended {
            "停用 suspended"
        } else {
            "在用 active"
        };
        println!(
            "{}  {}  {}  {}  {state}",
            row.app_id,
            row.role,
            row.admdvs,
            row.fixmedins_code.as_deref().unwrap_or("-"),
        );
        if let Some(rate) = row.per_second {
            println!("    限流 rate {rate}/s");
        }
        if !row.addresses.is_empty() {
            println!("    来源 from {}", row.addresses.join(" "));
        }
        for key in keys.iter().filter(|key| key.app_id == row.app_id) {
            println!(
                "    密钥 key {}  SM3 {}  {} — {}",
                key.key_id,
                key.fingerprint,
                key.not_before.format("%Y-%m-%d %H:%M:%SZ"),
                key.not_after.map_or_else(
                    || "无期限 no end".to_owned(),
                    |end| end.format("%Y-%m-%d %H:%M:%SZ").to_string()
                ),
            );
        }
    }
    Ok(())
}

fn written(row: &CallerRow, keys: &[KeyRow]) -> Value {
    let keys: Vec<Value> = keys
        .iter()
        .filter(|key| key.app_id == row.app_id)
        .map(|key| {
            json!({
                "key_id": key.key_id,
                "fingerprint": key.fingerprint,
                "gcm": key.gcm_key.is_some(),
                "not_before": key.not_before,
                "not_after": key.not_after,
            })
        })
        .collect();
    json!({
        "app_id": row.app_id,
        "role": row.role,
        "fixmedins_code": row.fixmedins_code,
        "fixmedins_name": row.fixmedins_name,
        "admdvs": row.admdvs,
        "hosp_lv": row.hosp_lv,
        "suspended": row.suspended,
        "per_second": row.per_second,
        "addresses": row.addresses,
        "keys": keys,
    })
}
