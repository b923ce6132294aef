//! 4105, counts of a span of time (camel case in Hunan V1.1.27, by state in XJ-K01-2021
//! V8.1), and 4103, one list by its settlement id.

use serde_json::{Map, Value, json};

use super::{
    super::transaction::{Edition, Transaction, query, rename},
    one_list,
};

pub(super) const TRANSACTIONS: &[Transaction] = &[
    Transaction::own("370104"),
    Transaction::query("4103", asked, one_list::output),
    Transaction::query("4105", counts, output_4105),
];

fn asked(input: Value) -> Value {
    Value::Object(query(input))
}

/// The names of the inputs differ: V1.1.27 has `medtype_list` (text) and `refdset_flag`,
/// V8.1 and others `med_type_list` (an array) and `refd_setl_flag`.
fn counts(input: Value) -> Value {
    let mut members = query(input);
    rename(&mut members, "medtype_list", "med_type_list");
    rename(&mut members, "refdset_flag", "refd_setl_flag");
    members.shift_remove("fixmedins_name");
    // Lists of the old version are not told apart; only to ask for them is refused.
    let no = ["0", "false"];
    let asked = members.get("stt_flag");
    if asked == Some(&json!(false))
        || asked
            .and_then(Value::as_str)
            .is_some_and(|t| no.contains(&t))
    {
        members.shift_remove("stt_flag");
    }
    if let Some(list) = members.get_mut("med_type_list")
        && let Some(text) = list.as_str()
    {
        let separators = [',', '，', ';', '|', ' '];
        *list = text
            .split(separators)
            .filter(|one| !one.is_empty())
            .collect();
    }
    Value::Object(members)
}

fn output_4105(mut answer: Value, edition: Edition) -> Value {
    let mut count = |name: &str| answer.get_mut(name).map(Value::take).unwrap_or_default();
    match edition {
        Edition::Provincial => json!({
            "needUploadCnt": count("need_upload_cnt"),
            "uploadedCnt": count("hospital_submit_cnt"),
        }),
        Edition::National => [
            "not_submit_cnt",
            "submitted_cnt",
            "pass_cnt",
            "not_pass_cnt",
            "hospital_submit_cnt",
            "need_upload_cnt",
        ]
        .into_iter()
        .map(|name| (name.to_owned(), count(name)))
        .collect::<Map<_, _>>()
        .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::{Operation, lists_uploads::Uploads};

    #[test]
    fn both_editions_ask_for_and_read_counts_in_their_names() {
        let span =
            json!({"stt_begntime": "2026-10-01 00:00:00", "stt_endtime": "2026-10-31 23:59:59"});
        let with = |more: Value| {
            let mut data = span.clone();
            for (name, value) in more.as_object().unwrap() {
                data[name] = value.clone();
            }
            counts(json!({"data": data}))
        };
        let old = with(json!({"medtype_list": "21,22", "refdset_flag": "0", "stt_flag": false}));
        let new = with(json!({"med_type_list": ["21", "22"], "refd_setl_flag": "0"}));
        assert_eq!(old, new);
        let validator = jsonschema::validator_for(&Uploads::schema()).unwrap();
        assert!(validator.is_valid(&new), "{new}");
        assert!(!validator.is_valid(&with(json!({"stt_flag": true}))));
        let answer = json!({"not_submit_cnt": 1, "submitted_cnt": 2, "pass_cnt": 0,
            "not_pass_cnt": 0, "hospital_submit_cnt": 3, "need_upload_cnt": 4});
        assert_eq!(
            output_4105(answer.clone(), Edition::Provincial),
            json!({"needUploadCnt": 4, "uploadedCnt": 3})
        );
        assert_eq!(output_4105(answer.clone(), Edition::National), answer);
    }
}
