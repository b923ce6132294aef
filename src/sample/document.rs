//! The list as a 4101 input object.

use chrono::{NaiveDateTime, TimeDelta};
use chs_grouper::Sex;
use chs_model::{Money, icd::IcdCode};
use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Map, Number, Value, json};

use super::SampleOptions;
use super::demand::in_ranges;
use super::draw::Clinical;
use super::fees::{Fees, fees};
use super::person::{Person, person};
use super::stay::{Stay, at, duration, stay};

/// Districts and counties of Xianyang (GB/T 2260), for `insuplc`.
const PLACES: [&str; 4] = ["610402", "610404", "610422", "610481"];

/// Writes the list of one case.
pub(super) fn write(
    clinical: &Clinical<'_>,
    options: &SampleOptions,
    number: usize,
    rng: &mut StdRng,
) -> Value {
    let stay = stay(clinical, rng);
    let person = person(
        clinical.sex,
        clinical.years,
        clinical.days,
        stay.admission.date(),
        rng,
    );
    let fees = fees(
        !clinical.procedures.is_empty(),
        stay.days,
        person.employee,
        rng,
    );
    let serial = format!("{:08}{number:07}", options.seed % 100_000_000);
    let mut list = Map::new();
    let mut setlinfo = Map::new();
    let parts = [
        identification(&person, options, &serial, rng),
        patient(clinical, &person),
        course(clinical, &stay),
        settlement(&person, &stay, &fees, &serial),
    ];
    for part in parts {
        if let Value::Object(part) = part {
            setlinfo.extend(part);
        }
    }
    list.insert("setlinfo".to_owned(), Value::Object(setlinfo));
    let fund = if person.employee { "310100" } else { "390100" };
    let payinfo = json!([{ "fund_pay_type": fund, "fund_payamt": yuan(fees.fund) }]);
    list.insert("payinfo".to_owned(), payinfo);
    list.insert("diseinfo".to_owned(), diagnoses(clinical));
    list.insert("iteminfo".to_owned(), items(&fees));
    if !clinical.procedures.is_empty() {
        list.insert("oprninfo".to_owned(), operations(clinical, &stay, rng));
    }
    if let Some(intensive) = stay.intensive {
        list.insert("icuinfo".to_owned(), intensive_care(clinical, intensive));
    }
    if !clinical.procedures.is_empty() && rng.random_bool(0.1) {
        list.insert("bldinfo".to_owned(), blood(&serial));
    }
    Value::Object(list)
}

fn identification(
    person: &Person,
    options: &SampleOptions,
    serial: &str,
    rng: &mut StdRng,
) -> Value {
    let place = PLACES
        .get(rng.random_range(0..PLACES.len()))
        .copied()
        .unwrap_or("610400");
    json!({
        "psn_no": format!("P{serial}"),
        "mdtrt_id": format!("M{serial}"),
        "setl_id": format!("S{serial}"),
        "fixmedins_name": "测试医院（模拟）",
        "fixmedins_code": options.institution,
        "hi_setl_lv": "3",
        "hi_no": format!("H{serial}"),
        "medcasno": format!("B{serial}"),
        "psn_name": person.name,
        "hi_type": if person.employee { "1" } else { "2" },
        "insuplc": place,
    })
}

fn patient(clinical: &Clinical<'_>, person: &Person) -> Value {
    let mut patient = json!({
        "gend": if clinical.sex == Sex::Male { "1" } else { "2" },
        "brdy": person.birth.to_string(),
        "ntly": "CHN",
        "naty": "1",
        "patn_cert_type": "01",
        "certno": person.identity,
        "prfs": person.occupation,
        "curr_addr": "陕西省咸阳市样例区样例路1号",
        "poscode": "712000",
        "coner_name": person.contact,
        "patn_rlts": person.relation,
        "coner_addr": "陕西省咸阳市样例区样例路1号",
        "coner_tel": "029-00001234",
    });
    if let Value::Object(patient) = &mut patient {
        if matches!(person.occupation, "24" | "27") {
            patient.insert("emp_name".to_owned(), json!("样例单位"));
        }
        match clinical.days {
            Some(days) => patient.insert("nwb_age".to_owned(), json!(days)),
            None => patient.insert("age".to_owned(), json!(clinical.years)),
        };
        if let Some(grams) = clinical.grams {
            let preterm = clinical
                .diagnoses
                .iter()
                .any(|code| in_ranges(code.code, &["P07.2-P07.3"]));
            let ill = if clinical
                .diagnoses
                .iter()
                .all(|code| code.code.starts_with("Z38"))
            {
                "1"
            } else {
                "3"
            };
            patient.insert(
                "nwb_adm_type".to_owned(),
                json!(if preterm { "2" } else { ill }),
            );
            patient.insert("nwb_bir_wt".to_owned(), json!(grams));
            patient.insert("nwb_adm_wt".to_owned(), json!(grams));
        } else if let Some(weights) = children(clinical) {
            patient.insert("nwb_bir_wt".to_owned(), json!(weights));
        }
    }
    patient
}

/// The weights of the children that a delivery brought alive (`Z37`).
fn children(clinical: &Clinical<'_>) -> Option<&'static str> {
    let outcome = clinical
        .diagnoses
        .iter()
        .find(|code| code.code.starts_with("Z37"))?;
    match outcome.code.get(..5)? {
        "Z37.0" | "Z37.3" | "Z37.6" => Some("3250"),
        "Z37.2" => Some("2550,2480"),
        "Z37.5" => Some("2050,1980,1930"),
        _ => None,
    }
}

fn course(clinical: &Clinical<'_>, stay: &Stay) -> Value {
    let department = department(clinical);
    let principal = clinical.diagnoses.first();
    let injured = matches!(clinical.drg.mdc(), "MDCV" | "MDCW" | "MDCZ");
    let mut course = json!({
        "ipt_med_type": "1",
        "adm_way": if injured { "1" } else { "2" },
        "trt_type": "10",
        "adm_time": minute(stay.admission),
        "adm_caty": department,
        "dscg_time": minute(stay.discharge),
        "dscg_caty": department,
        "act_ipt_days": stay.days,
        "otp_wm_dise": principal.map(|code| code.name),
        "wm_dise_code": principal.map(|code| code.code),
        "maindiag_flag": "1",
        "spga_nurscare_days": 0,
        "lv1_nurscare_days": 1,
        "scd_nurscare_days": stay.days.saturating_sub(1),
        "lv3_nurscare_days": 0,
        "dscg_way": "1",
        "days_rinp_flag_31": "1",
        "chfpdr_name": "样例医师",
        "chfpdr_code": "D610401000001",
        "resp_nurs_code": "N610401000001",
    });
    if let Value::Object(course) = &mut course {
        if let Some(hours) = stay.ventilated {
            course.insert("vent_used_dura".to_owned(), json!(duration(hours)));
        }
        if clinical
            .diagnoses
            .iter()
            .any(|code| code.code.starts_with("S06"))
        {
            course.insert("pwcry_bfadm_coma_dura".to_owned(), json!("0/0/0"));
            course.insert("pwcry_afadm_coma_dura".to_owned(), json!("0/0/0"));
        }
    }
    course
}

fn settlement(person: &Person, stay: &Stay, fees: &Fees, serial: &str) -> Value {
    let tail = |digits: usize| {
        serial
            .get(serial.len().saturating_sub(digits)..)
            .unwrap_or(serial)
    };
    json!({
        "bill_code": "61060126",
        "bill_no": tail(10),
        "biz_sn": format!("Y{serial}"),
        "setl_begn_date": stay.admission.date().to_string(),
        "setl_end_date": stay.discharge.date().to_string(),
        "psn_selfpay": yuan(fees.selfpay),
        "psn_ownpay": yuan(fees.ownpay),
        "acct_pay": yuan(fees.account),
        "psn_cashpay": yuan(fees.cash),
        "hi_paymtd": "4",
        "hsorg": if person.employee { "样例医保经办机构职工科" } else { "样例医保经办机构居民科" },
        "hsorg_opter": "样例经办人",
        "medins_fill_dept": "医保科",
        "medins_fill_psn": "样例填报人",
        "stas_type": "0",
    })
}

fn diagnoses(clinical: &Clinical<'_>) -> Value {
    let rows = clinical.diagnoses.iter().enumerate().map(|(at, code)| {
        json!({
            "diag_type": "1",
            "diag_code": code.code,
            "diag_name": code.name,
            "adm_cond_type": "1",
            "maindiag_flag": if at == 0 { "1" } else { "0" },
        })
    });
    rows.collect()
}

fn items(fees: &Fees) -> Value {
    let rows = fees.items.iter().map(|item| {
        json!({
            "med_chrgitm": item.code,
            "amt": yuan(item.amount),
            "claa_sumfee": yuan(item.class_a),
            "clab_amt": yuan(item.class_b),
            "fulamt_ownpay_amt": yuan(item.own),
            "oth_amt": yuan(Money::ZERO),
        })
    });
    rows.collect()
}

/// One after the other on the second day, from nine o'clock.
fn operations(clinical: &Clinical<'_>, stay: &Stay, rng: &mut StdRng) -> Value {
    let mut begin = at(stay.admission.date() + TimeDelta::days(1), 9, 0);
    let rows = clinical.procedures.iter().enumerate().map(|(place, code)| {
        let end = begin + TimeDelta::minutes(rng.random_range(30..=90));
        let row = operation(code, place == 0, begin, end);
        begin = end + TimeDelta::minutes(20);
        row
    });
    rows.collect()
}

fn operation(code: &IcdCode, principal: bool, begin: NaiveDateTime, end: NaiveDateTime) -> Value {
    let mut row = json!({
        "oprn_oprt_type": if principal { "1" } else { "2" },
        "oprn_oprt_name": code.name,
        "oprn_oprt_code": code.code,
        "oprn_oprt_date": begin.date().to_string(),
        "oper_dr_name": "样例术者",
        "oper_dr_code": "D610401000002",
        "oprn_oprt_begntime": minute(begin),
        "oprn_oprt_endtime": minute(end),
    });
    // Chapters 01 to 86 are operations; what follows are examinations and therapies.
    if code.code < "87"
        && let Value::Object(row) = &mut row
    {
        row.insert("anst_way".to_owned(), json!("1"));
        row.insert("anst_dr_name".to_owned(), json!("样例麻醉医师"));
        row.insert("anst_dr_code".to_owned(), json!("D610401000003"));
        row.insert(
            "anst_begntime".to_owned(),
            json!(minute(begin - TimeDelta::minutes(10))),
        );
        row.insert(
            "anst_endtime".to_owned(),
            json!(minute(end + TimeDelta::minutes(5))),
        );
    }
    row
}

fn intensive_care(clinical: &Clinical<'_>, (entry, exit): (NaiveDateTime, NaiveDateTime)) -> Value {
    let hours = u16::try_from((exit - entry).num_hours()).unwrap_or_default();
    let ward = match (clinical.days, clinical.years) {
        (Some(0..=28), _) => "2",
        (_, 0..=14) => "5",
        _ => "4",
    };
    json!([{
        "scs_cutd_ward_type": ward,
        "scs_cutd_inpool_time": minute(entry),
        "scs_cutd_exit_time": minute(exit),
        "scs_cutd_sum_dura": duration(hours),
    }])
}

fn blood(serial: &str) -> Value {
    json!([{
        "setl_List_bld_Id": format!("L{serial}"),
        "psn_no": format!("P{serial}"),
        "mdtrt_id": format!("M{serial}"),
        "setl_id": format!("S{serial}"),
        "bld_cat": "13",
        "bld_amt": 2,
        "bld_unt": "U",
    }])
}

/// The department (dictionary `dept`) that treats the MDC.
fn department(clinical: &Clinical<'_>) -> &'static str {
    if clinical.years < 14 {
        return if clinical.days.is_some_and(|days| days <= 28) {
            "A07.01"
        } else {
            "A07"
        };
    }
    match clinical.drg.mdc() {
        "MDCB" => "A03.03",
        "MDCC" => "A10",
        "MDCD" => "A11",
        "MDCE" => "A03.01",
        "MDCF" => "A03.04",
        "MDCG" | "MDCH" | "MDCA" => "A04.01",
        "MDCI" => "A04.03",
        "MDCJ" => "A13",
        "MDCK" => "A03.07",
        "MDCL" => "A03.06",
        "MDCM" => "A04.04",
        "MDCN" => "A05.01",
        "MDCO" => "A05.02",
        "MDCQ" => "A03.05",
        "MDCR" => "A19",
        "MDCS" | "MDCY" => "A16",
        "MDCT" | "MDCU" => "A15",
        "MDCV" | "MDCZ" => "A20",
        "MDCW" => "A04.07",
        _ => "A03",
    }
}

fn minute(time: NaiveDateTime) -> String {
    time.format("%Y-%m-%d %H:%M").to_string()
}

/// The amount as a JSON number with two decimals.
fn yuan(amount: Money) -> Value {
    let text = amount.to_string();
    text.parse::<Number>()
        .map_or(Value::String(text), Value::Number)
}
