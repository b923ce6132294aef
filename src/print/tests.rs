//! Bills out of made-up answers: what stands on them, what is refused, how they are drawn.

use std::{collections::BTreeSet, io::Cursor};

use calamine::{Data, Reader, Xlsx};
use serde_json::{Value, json};

use super::{
    Answers, AnswersError, Names,
    sheet::{Cell, Sheet},
    sheets, workbook,
};

const LONG: &str =
    "测试市样例区与样例县联合建设之示范性中西医结合康复护理与医养服务中心附属妇女儿童分院（模拟）";

/// A line of `cases` cases that cost 1,000 yuan each, are worth 1,100.01 and were paid 250.5
/// by others.
fn line(cases: i64, more: Value) -> Value {
    let amount = |fen: i64| crate::wire::yuan_of_fen(fen * cases);
    let mut line = json!({"insutype": "310", "admdvs": "610402", "fixmedins_code": "H1",
        "fixmedins_name": LONG, "setl_psntime": cases, "points": 0,
        "medfee_sumamt": amount(100_000), "others": amount(25_050),
        "payable": amount(110_001), "booked": amount(84_951)});
    line.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    line
}

fn bill(cases: i64) -> Value {
    let booked = 84_951 * cases;
    let yuan = crate::wire::yuan_of_fen;
    line(
        cases,
        json!({"feeClrId": "B0123456789", "state": "BATCH_FROZEN", "version": 0,
            "deductions": 100.5, "differences": -20, "carried_in": 3.25, "deposit": 10,
            "offset": 50, "transfer": yuan(booked - 18_375), "carried": 0}),
    )
}

fn answer(rows: Vec<Value>, pools: Value) -> Value {
    json!({"setl_ym": "202610", "state": "BILLED", "profile": "xianyang", "example": true,
        "pools": pools, "total": rows.len(), "rows": rows, "page_num": 1, "page_size": 1000})
}

#[test]
fn a_bill_tells_its_versions_itself() {
    let digest = "5d0b".repeat(16);
    let mut of_bill = bill(1);
    of_bill["schemes"] = json!(["chs-drg-2.0", "xianyang-2025"]);
    of_bill["parameters"] = json!(["2026-06", "2026-09"]);
    let mut alone = answer(vec![of_bill], json!([]));
    alone["profile_digest"] = json!(digest);
    // What a case tells beside it changes nothing.
    let case = json!({"setl_id": "S1", "drg_code": "G001",
        "pricing": {"grp_ver": "other", "version": "other"}});
    let sheets = printed(&[alone, answer(vec![line(1, case)], json!([]))]).unwrap();
    let head: Vec<&str> = sheets[0]
        .head
        .iter()
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(
        head[8..],
        ["2026-06、2026-09", "chs-drg-2.0、xianyang-2025", &digest]
    );
}

/// Answers of a bill with so many departments and groups, two cases in each group.
fn month(departments: i64, groups: i64, pools: Value) -> Vec<Value> {
    assert_eq!(groups % departments, 0);
    let department = |at| {
        line(
            2 * groups / departments,
            json!({"dscg_caty": format!("A{at:02}")}),
        )
    };
    let group = |at: i64| {
        line(
            2,
            json!({"drg_code": format!("G{at:03}"), "drg_name": LONG}),
        )
    };
    let pricing = json!({"setl_id": "S1", "drg_code": "G001",
        "pricing": {"grp_ver": "xianyang-2025", "version": "2025-example"}});
    vec![
        answer(vec![bill(2 * groups)], pools),
        answer((0..departments).map(department).collect(), json!([])),
        answer((0..groups).map(group).collect(), json!([])),
        answer(vec![line(1, pricing)], json!([])),
    ]
}

fn pools() -> Value {
    json!([{"insutype": "310", "budget": 5000, "setl_psntime": 4, "points": 0,
        "medfee_sumamt": 4000, "payable": 4400.04, "residue": 1601.96}])
}

fn printed(answers: &[Value]) -> Result<Vec<Sheet>, AnswersError> {
    let text: Vec<String> = answers.iter().map(Value::to_string).collect();
    let names: Names = [("610402".to_owned(), "样例区".to_owned())].into();
    Answers::read(&text.join("\n")).and_then(|answers| sheets(&answers, &names))
}

#[test]
fn a_bill_names_all_that_identifies_it_and_leads_to_the_transfer() {
    let sheets = printed(&month(1, 2, pools())).unwrap();
    let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!(names, ["汇总", "H1-310"]);
    let bill = &sheets[1];
    assert!(bill.example);
    let head: Vec<String> = bill
        .head
        .iter()
        .map(|(words, value)| format!("{}={value}", words.zh))
        .collect();
    assert_eq!(
        head,
        [
            "统筹区=610400",
            "区县=样例区（610402）",
            &format!("定点医药机构={LONG}（H1）"),
            "结算年月=2026年10月",
            "险种=职工基本医疗保险（310）",
            "批次号=B0123456789",
            "批次状态=已固化 BATCH_FROZEN（第 0 版）",
            "支付档案=xianyang",
            "参数版本=2025-example",
            "分组方案=xianyang-2025",
        ]
    );
    let amounts: Vec<String> = bill
        .amounts
        .iter()
        .map(|line| format!("{}{} {}", line.sign, line.label.zh, line.value.printed()))
        .collect();
    assert_eq!(
        amounts,
        [
            "例数 4",
            "医疗总费用 4,000.00",
            "按病组应付 4,400.04",
            "−个人与其他基金支付 1,002.00",
            "=基金应付 3,398.04",
            "−扣款 100.50",
            "+以前月份差异 -20.00",
            "−上期结转欠款 3.25",
            "−预留金 10.00",
            "−冲抵预拨 50.00",
            "=应结 3,214.29",
            "其中：本期拨付 3,214.29",
            "其中：结转下期（欠款为负） 0.00",
            "该险种基金残差（全市，不分摊） 1,601.96",
        ]
    );
    let sums: Vec<Vec<String>> = bill
        .tables
        .iter()
        .map(|table| table.sums.iter().map(Cell::printed).collect())
        .collect();
    let due = [
        "合计", "", "4", "4,000.00", "4,400.04", "1,002.00", "3,398.04",
    ];
    assert_eq!(sums, [due, due]);
}

#[test]
fn points_stand_where_the_method_knows_them() {
    let mut month = month(1, 2, json!([]));
    month[0]["rows"][0]["value"] = json!(98.7654);
    for (answer, points) in [(0, 41.5), (1, 41.5), (2, 20.75)] {
        for row in month[answer]["rows"].as_array_mut().unwrap() {
            row["points"] = json!(points);
        }
    }
    let sheets = printed(&month).unwrap();
    let amounts = &sheets[0].amounts;
    assert_eq!(amounts[2].value.printed(), "41.5000");
    assert_eq!(amounts[3].value.printed(), "98.7654");
    assert_eq!(sheets[0].tables[1].sums[3].printed(), "41.5000");
}

#[test]
fn what_makes_no_whole_bill_is_refused() {
    let whole = month(2, 4, json!([]));
    let refused = |change: fn(&mut Vec<Value>)| {
        let mut month = whole.clone();
        change(&mut month);
        printed(&month).unwrap_err().to_string()
    };
    type Change = fn(&mut Vec<Value>);
    let cases: [(Change, &str); 7] = [
        (|month| drop(month.remove(0)), "level hospital"),
        (|month| month[0]["state"] = json!("VALUED"), "尚未出账"),
        (
            |month| month[1]["setl_ym"] = json!("202609"),
            "不是同一个月",
        ),
        (|month| month[2]["total"] = json!(5), "应有 5 行，给出 4 行"),
        (|month| month.push(month[2].clone()), "应有 4 行，给出 8 行"),
        (
            |month| month[1]["rows"][0]["booked"] = json!(1699.03),
            "的科室合计 5097.07 元，账单为 6796.08 元",
        ),
        (
            |month| month[2]["rows"][1]["booked"] = json!(0),
            "的病组合计",
        ),
    ];
    for (change, told) in cases {
        let error = refused(change);
        assert!(error.contains(told), "{told}: {error}");
    }
    assert!(matches!(Answers::read("{"), Err(AnswersError::Form(_))));
    assert!(matches!(Answers::read("[]"), Err(AnswersError::Form(_))));
}

#[test]
fn amounts_beyond_all_measure_are_refused_and_never_panic() {
    for amount in [
        "1e30",
        "92233720368547758.07",
        "-92233720368547758.08",
        "0.001",
        "\"x\"",
    ] {
        let text = month(1, 1, pools())
            .iter()
            .map(Value::to_string)
            .collect::<String>()
            .replace("\"others\":501", &format!("\"others\":{amount}"))
            .replace("\"points\":0", "\"points\":79228162514264337593543950335");
        let names = Names::new();
        let outcome = Answers::read(&text).and_then(|answers| sheets(&answers, &names));
        // The greatest amounts that can be held are printed.
        assert_eq!(
            outcome.is_ok(),
            amount.contains("922337"),
            "{amount}: {outcome:?}"
        );
    }
}

#[test]
fn one_institution_is_kept_without_the_area() {
    let mut answers = month(1, 2, pools());
    let mut other = bill(4);
    other["fixmedins_code"] = json!("H2");
    answers[0]["rows"].as_array_mut().unwrap().push(other);
    answers[0]["total"] = json!(2);
    let text: String = answers.iter().map(Value::to_string).collect();
    let mut answers = Answers::read(&text).unwrap();
    answers.keep("H1").unwrap();
    let sheets = sheets(&answers, &Names::new()).unwrap();
    let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!(names, ["H1-310"]);
}

#[test]
fn the_workbook_holds_amounts_as_numbers() {
    let sheets = printed(&month(2, 4, pools())).unwrap();
    let bytes = workbook::draw(&sheets).unwrap();
    assert_eq!(bytes, workbook::draw(&sheets).unwrap());
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    assert_eq!(book.sheet_names(), ["汇总", "H1-310"]);
    let sheet = book.worksheet_range("H1-310").unwrap();
    let cells: Vec<Vec<&Data>> = sheet.rows().map(|row| row.iter().collect()).collect();
    let of = |label: &str| {
        let row = cells
            .iter()
            .find(|row| row[0].to_string().starts_with(label));
        row.unwrap_or_else(|| panic!("{label}"))
    };
    assert_eq!(
        of("医疗保障基金月度结算单")[0].to_string().lines().count(),
        1
    );
    assert_eq!(of("示例")[0], &Data::String("示例 EXAMPLE".into()));
    assert_eq!(of("= 应结")[2], &Data::Float(6612.33));
    assert_eq!(of("G003")[5], &Data::Float(501.0));
    assert_eq!(of("合计")[6], &Data::Float(6796.08));
}

mod pages {
    use super::super::pdf::{self, Face};
    use super::*;

    #[test]
    fn a_long_bill_stays_on_its_pages_and_loses_no_line() {
        let sheets = printed(&month(60, 300, json!([]))).unwrap();
        let face = Face::packaged().unwrap();
        let pages = pdf::texts(&sheets[0], &face);
        assert!(pages.len() > 10, "{}", pages.len());
        let mut groups = Vec::new();
        for (number, page) in (1..).zip(&pages) {
            let place = format!(
                "第 {number} 页，共 {} 页　page {number} of {}",
                pages.len(),
                pages.len()
            );
            assert_eq!(page.iter().filter(|mark| mark.text == place).count(), 1);
            for mark in page {
                let right = mark.x + face.width(&mark.text, mark.size);
                assert!(
                    mark.x >= 41.0 && right <= 554.5 && mark.y < 815.0,
                    "{mark:?}"
                );
                if mark.text.starts_with('G') && mark.text.len() == 4 {
                    groups.push(mark.text.clone());
                }
            }
            let goes_on = page
                .iter()
                .any(|mark| mark.text.contains("（续 continued）"));
            let begins = page
                .iter()
                .any(|mark| mark.text.ends_with("by group") || number == 1);
            assert!(goes_on || begins || number == pages.len(), "page {number}");
        }
        let once: BTreeSet<&String> = groups.iter().collect();
        assert_eq!((groups.len(), once.len()), (300, 300));
    }

    #[test]
    fn equal_answers_make_equal_files_and_no_character_is_missing() {
        let sheets = printed(&month(2, 4, pools())).unwrap();
        let bytes = pdf::draw(&sheets).unwrap();
        assert!(bytes.starts_with(b"%PDF-"));
        assert_eq!(bytes, pdf::draw(&sheets).unwrap());
        assert_eq!(pdf::missing(&sheets).unwrap(), "");
        let mut rare = sheets[1].clone();
        rare.subtitle = "𠮷野医院".to_owned();
        assert_eq!(pdf::missing(&[rare]).unwrap(), "𠮷");
    }
}
