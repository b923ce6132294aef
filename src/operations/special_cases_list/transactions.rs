//! Transaction 3601 in the names of its published table. What the gateway does not hold of
//! a case stays empty; a filter that it does not have is refused.

use serde_json::{Map, Value};

use crate::operations::transaction::{self, Edition, Transaction};

pub(super) const ALL: &[Transaction] = &[
    Transaction::own("370144"),
    Transaction::query("3601", of_3601, as_3601),
];

/// Members of a row in both editions.
const NAMES: [&str; 43] = [
    "appy_chk_setl_list_id",
    "serv_matt_inst_id",
    "serv_matt_node_inst_id",
    "setl_id",
    "psn_no",
    "psn_name",
    "psn_cert_type",
    "certno",
    "insutype",
    "fixmedins_code",
    "fixmedins_name",
    "adm_time",
    "dscg_time",
    "setl_time",
    "appy_exit_type",
    "medcasno",
    "rx_drord_no",
    "drg_codg",
    "drg_name",
    "pay_std_amt",
    "setl_listsn",
    "mdtrt_id",
    "exit_fund_payamt",
    "drg_fund_payamt",
    "exit_type",
    "exit_rea",
    "fund_cap",
    "drg_admdvs",
    "vali_flag",
    "rchk_flag",
    "memo",
    "rid",
    "updt_time",
    "crter_id",
    "crter_name",
    "crte_time",
    "crte_optins_no",
    "opter_id",
    "opter_name",
    "opt_time",
    "optins_no",
    "poolarea_no",
    "evt_inst_id",
];

/// Members that the provincial edition has besides.
const PROVINCIAL: [&str; 4] = [
    "spcasExitWt",
    "dipDiseGrpCode",
    "dipDiseGrpName",
    "spcas_exit_sco",
];

fn of_3601(input: Value) -> Value {
    let mut asked = transaction::query(input);
    for (theirs, ours) in [("pageNum", "page_num"), ("pageSize", "page_size")] {
        transaction::rename(&mut asked, theirs, ours);
        let number = asked.get(ours).and_then(Value::as_str);
        if let Some(number) = number.and_then(|text| text.trim().parse::<u32>().ok()) {
            asked.insert(ours.to_owned(), number.into());
        }
    }
    Value::Object(asked)
}

fn as_3601(answer: Value, edition: Edition) -> Value {
    transaction::rows(
        answer,
        match edition {
            Edition::Provincial => provincial,
            Edition::National => national,
        },
    )
}

fn national(row: &mut Map<String, Value>) {
    transaction::only(row, &NAMES);
}

fn provincial(row: &mut Map<String, Value>) {
    let names: Vec<&str> = NAMES.iter().chain(&PROVINCIAL).copied().collect();
    transaction::only(row, &names);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::operations::{Operation, special_cases_list::ListCases};

    #[test]
    fn transaction_3601_asks_by_institution_and_page() {
        let validator = jsonschema::validator_for(&ListCases::schema()).unwrap();
        let mut input = json!({"fixmedins_code": "H1", "pageNum": "2", "pageSize": 20,
            "setl_id": ""});
        let data = of_3601(json!({"data": input}));
        assert_eq!(
            data,
            json!({"fixmedins_code": "H1", "page_num": 2, "page_size": 20})
        );
        assert!(validator.is_valid(&data));
        input["psn_no"] = json!("P1");
        assert!(!validator.is_valid(&of_3601(json!({"data": input}))));
    }

    #[test]
    fn a_row_has_the_members_of_its_edition() {
        let answer = json!({"rows": [{"setl_id": "S1", "state": "DECLARED"}]});
        let national = as_3601(answer.clone(), Edition::National);
        assert_eq!(
            national["data"][0].as_object().map(Map::len),
            Some(NAMES.len())
        );
        assert_eq!(national["data"][0]["setl_id"], "S1");
        let provincial = as_3601(answer, Edition::Provincial);
        assert_eq!(provincial["data"][0]["spcas_exit_sco"], "");
    }
}
