//! The bill of a hospital, a month and an insurance type.

use chs_model::{Money, MoneyError, dictionary};
use rust_decimal::Decimal;

use super::{
    Answers, AnswersError, Names,
    answers::{Bill, Row},
    sheet::{Amount, Cell, Sheet, Table, Words, words},
};

/// The sheet of one bill.
pub(super) fn sheet(answers: &Answers, row: &Row, names: &Names) -> Result<Sheet, AnswersError> {
    let departments: Vec<&Row> = lines(&answers.departments, row);
    let groups: Vec<&Row> = lines(&answers.groups, row);
    adds_up(row, "科室", &departments)?;
    adds_up(row, "病组", &groups)?;
    let tables = [department_table(&departments)?, group_table(&groups)?];
    let hospital = row.fixmedins_name.as_deref().unwrap_or_default();
    Ok(Sheet {
        name: format!("{}-{}", row.fixmedins_code, row.insutype),
        title: words(
            "医疗保障基金月度结算单",
            "Monthly settlement bill of the medical insurance fund",
        ),
        subtitle: format!(
            "{hospital}　{}　{}",
            month(&answers.setl_ym),
            insurance(&row.insutype)
        ),
        example: answers.example,
        head: head(answers, row, names),
        amounts: match &row.bill {
            Some(bill) => amounts(answers, row, bill)?,
            None => Vec::new(),
        },
        tables: tables
            .into_iter()
            .filter(|table| !table.rows.is_empty())
            .collect(),
        notes: notes(answers.example),
        signatures: vec![
            words("经办机构（盖章）", "bureau, seal"),
            words("经办人", "clerk"),
            words("复核人", "second clerk"),
            words("医疗机构（盖章）", "hospital, seal"),
            words("医疗机构负责人", "for the hospital"),
            words("日期", "date"),
        ],
    })
}

fn lines<'a>(lines: &'a [Row], row: &Row) -> Vec<&'a Row> {
    lines.iter().filter(|line| row.holds(line)).collect()
}

/// What a bill says, its lines say together, if lines were given at all.
fn adds_up(row: &Row, of: &'static str, lines: &[&Row]) -> Result<(), AnswersError> {
    if lines.is_empty() {
        return Ok(());
    }
    let sum = total(lines.iter().map(|line| line.booked))?;
    let due = row.booked.unwrap_or_default();
    if sum == due {
        return Ok(());
    }
    Err(AnswersError::Sum {
        bill: format!("{} {}", row.fixmedins_code, row.insutype),
        lines: of,
        sum: sum.to_decimal(),
        due: due.to_decimal(),
    })
}

/// The sum of amounts; what is missing counts nothing.
pub(super) fn total(amounts: impl Iterator<Item = Option<Money>>) -> Result<Money, MoneyError> {
    amounts
        .flatten()
        .try_fold(Money::ZERO, |sum, amount| sum.checked_add(amount))
}

/// `2026年10月`.
pub(super) fn month(setl_ym: &str) -> String {
    setl_ym.split_at_checked(4).map_or_else(
        || setl_ym.to_owned(),
        |(year, month)| format!("{year}年{month}月"),
    )
}

/// Code and name of an insurance type.
pub(super) fn insurance(code: &str) -> String {
    let name = dictionary::get("insutype").and_then(|dictionary| dictionary.name(code));
    name.map_or_else(|| code.to_owned(), |name| format!("{name}（{code}）"))
}

/// Code and name of a division, where the name was given.
pub(super) fn division(code: &str, names: &Names) -> String {
    match names.get(code) {
        Some(name) => format!("{name}（{code}）"),
        None => code.to_owned(),
    }
}

/// A batch's state in Chinese; the states are those of docs/MONTHLY_SETTLEMENT.md.
fn state(state: &str) -> String {
    let zh = match state {
        "BATCH_FROZEN" => "已固化",
        "CORE_SUBMITTED" => "已提交核心",
        "CORE_ACCEPTED" => "核心已受理",
        "RETURNED" => "核心退回",
        "RECONCILING" => "对账中",
        "DIFFERENCE_PENDING" => "差异待处理",
        "RECONCILED" => "对账一致",
        "PAYMENT_REQUESTED" => "已申请拨付",
        "PAYMENT_FAILED" => "拨付失败",
        "PAID" => "已拨付",
        "CLOSED" => "已关账",
        _ => "",
    };
    format!("{zh} {state}").trim_start().to_owned()
}

/// The code of the city that a division belongs to (GB/T 2260).
pub(super) fn city(division: &str) -> String {
    division
        .get(..4)
        .map_or_else(|| division.to_owned(), |city| format!("{city}00"))
}

/// Schemes and versions of the parameters of a bill: as it tells them itself, or as its cases
/// do where an earlier gateway answered.
fn versions(answers: &Answers, row: &Row) -> [String; 2] {
    let told = |mut texts: Vec<&str>| {
        texts.sort_unstable();
        texts.dedup();
        match texts.is_empty() {
            true => "见病例明细".to_owned(),
            false => texts.join("、"),
        }
    };
    let mine = |version: &&super::answers::Versions| {
        version.fixmedins_code == row.fixmedins_code && version.insutype == row.insutype
    };
    let of_cases = answers.versions.iter().filter(mine);
    let of_bill = row.bill.as_ref().filter(|bill| !bill.schemes.is_empty());
    match of_bill {
        Some(bill) => [
            told(bill.schemes.iter().map(String::as_str).collect()),
            told(bill.parameters.iter().map(String::as_str).collect()),
        ],
        None => [
            told(of_cases.clone().map(|one| one.grp_ver.as_str()).collect()),
            told(of_cases.map(|one| one.parameters.as_str()).collect()),
        ],
    }
}

fn head(answers: &Answers, row: &Row, names: &Names) -> Vec<(Words, String)> {
    let [schemes, parameters] = versions(answers, row);
    let mut head = vec![
        (words("统筹区", "city"), division(&city(&row.admdvs), names)),
        (words("区县", "district"), division(&row.admdvs, names)),
        (
            words("定点医药机构", "hospital"),
            format!(
                "{}（{}）",
                row.fixmedins_name.as_deref().unwrap_or("未登记名称"),
                row.fixmedins_code
            ),
        ),
        (words("结算年月", "month"), month(&answers.setl_ym)),
        (words("险种", "insurance type"), insurance(&row.insutype)),
    ];
    if let Some(bill) = &row.bill {
        head.push((words("批次号", "batch"), bill.fee_clr_id.clone()));
        head.push((
            words("批次状态", "state"),
            format!("{}（第 {} 版）", state(&bill.state), bill.version),
        ));
    }
    head.push((words("支付档案", "profile"), answers.profile.clone()));
    head.push((words("参数版本", "parameters"), parameters));
    head.push((words("分组方案", "scheme"), schemes));
    if !answers.profile_digest.is_empty() {
        head.push((
            words("档案摘要", "profile SHA-256"),
            answers.profile_digest.clone(),
        ));
    }
    head
}

/// What the lines above it come to: the transfer and what is carried, where money moves
/// monthly; else the book entry.
fn due(row: &Row, bill: &Bill) -> Result<Money, MoneyError> {
    row.booked
        .unwrap_or_default()
        .checked_sub(bill.deductions)?
        .checked_add(bill.differences)?
        .checked_sub(bill.carried_in)?
        .checked_sub(bill.deposit)?
        .checked_sub(bill.offset)
}

fn amounts(answers: &Answers, row: &Row, bill: &Bill) -> Result<Vec<Amount>, AnswersError> {
    let line = |sign, label, value| Amount {
        sign,
        label,
        value,
        strong: sign == "=",
    };
    let yuan = Cell::Yuan;
    let mut amounts = vec![
        line("", words("例数", "cases"), Cell::Count(row.setl_psntime)),
        line(
            "",
            words("医疗总费用", "total cost"),
            yuan(row.medfee_sumamt),
        ),
    ];
    if bill.value.is_some() {
        amounts.push(line(
            "",
            words("点数", "points"),
            Cell::some_number(row.points),
        ));
        amounts.push(line(
            "",
            words("点值", "value of a point"),
            Cell::some_number(bill.value),
        ));
    }
    amounts.extend([
        line(
            "",
            words("按病组应付", "payable by groups"),
            Cell::some_yuan(row.payable),
        ),
        line(
            "−",
            words("个人与其他基金支付", "paid by patients and others"),
            yuan(row.others),
        ),
        line(
            "=",
            words("基金应付", "booked on the fund"),
            Cell::some_yuan(row.booked),
        ),
        line("−", words("扣款", "deductions"), yuan(bill.deductions)),
        line(
            "+",
            words("以前月份差异", "differences of earlier months"),
            yuan(bill.differences),
        ),
        line(
            "−",
            words("上期结转欠款", "owed from the bill before"),
            yuan(bill.carried_in),
        ),
        line("−", words("预留金", "deposit"), yuan(bill.deposit)),
        line(
            "−",
            words("冲抵预拨", "set off against the advance"),
            yuan(bill.offset),
        ),
        line("=", words("应结", "due"), yuan(due(row, bill)?)),
        line(
            "",
            words("其中：本期拨付", "of it to be transferred"),
            yuan(bill.transfer),
        ),
        line(
            "",
            words(
                "其中：结转下期（欠款为负）",
                "of it carried into the next bill",
            ),
            yuan(bill.carried),
        ),
    ]);
    if bill.reconciled.is_some() {
        amounts.push(line(
            "",
            words("对账一致金额", "reconciled"),
            Cell::some_yuan(bill.reconciled),
        ));
    }
    let pool = answers
        .pools
        .iter()
        .find(|pool| pool.insutype == row.insutype);
    if let Some(pool) = pool {
        amounts.push(line(
            "",
            words(
                "该险种基金残差（全市，不分摊）",
                "residue of the fund, whole city, not spread",
            ),
            Cell::some_yuan(pool.residue),
        ));
    }
    Ok(amounts)
}

/// Where points stand among the columns.
const POINTS: usize = 3;

const AMOUNTS: [(Words, u8); 6] = [
    (words("例数", "cases"), 5),
    (words("点数", "points"), 9),
    (words("总费用", "cost"), 11),
    (words("应付", "payable"), 11),
    (words("其他支付", "others"), 11),
    (words("基金应付", "booked"), 11),
];

fn figures(line: &Row) -> [Cell; 6] {
    [
        Cell::Count(line.setl_psntime),
        Cell::some_number(line.points.filter(|points| !points.is_zero())),
        Cell::Yuan(line.medfee_sumamt),
        Cell::some_yuan(line.payable),
        Cell::Yuan(line.others),
        Cell::some_yuan(line.booked),
    ]
}

fn table(
    title: Words,
    code: Words,
    lines: &[&Row],
    named: impl Fn(&Row) -> [Cell; 2],
) -> Result<Table, MoneyError> {
    let mut columns = vec![(code, 8), (words("名称", "name"), 24)];
    columns.extend(AMOUNTS);
    let rows: Vec<Vec<Cell>> = lines
        .iter()
        .map(|line| named(line).into_iter().chain(figures(line)).collect())
        .collect();
    let mut table = Table {
        title,
        columns,
        rows,
        sums: sums(lines)?,
    };
    // Points only where the method knows them.
    if points(lines).is_none() {
        table.columns.remove(POINTS);
        for cells in table.rows.iter_mut().chain([&mut table.sums]) {
            cells.remove(POINTS);
        }
    }
    Ok(table)
}

/// The sum of the points, if there are any.
fn points(lines: &[&Row]) -> Option<Decimal> {
    let points = lines.iter().filter_map(|line| line.points);
    let sum = points
        .clone()
        .try_fold(Decimal::ZERO, |sum, points| sum.checked_add(points))?;
    points
        .into_iter()
        .any(|points| !points.is_zero())
        .then_some(sum)
}

/// The sum of cases.
pub(super) fn cases<'r>(lines: impl IntoIterator<Item = &'r Row>) -> Cell {
    let counts = lines.into_iter().map(|line| line.setl_psntime);
    Cell::Count(counts.fold(0, i64::saturating_add))
}

fn sums(lines: &[&Row]) -> Result<Vec<Cell>, MoneyError> {
    Ok(vec![
        Cell::Text("合计".to_owned()),
        Cell::Blank,
        cases(lines.iter().copied()),
        Cell::some_number(points(lines)),
        Cell::Yuan(total(lines.iter().map(|line| Some(line.medfee_sumamt)))?),
        Cell::Yuan(total(lines.iter().map(|line| line.payable))?),
        Cell::Yuan(total(lines.iter().map(|line| Some(line.others)))?),
        Cell::Yuan(total(lines.iter().map(|line| line.booked))?),
    ])
}

fn department_table(lines: &[&Row]) -> Result<Table, MoneyError> {
    let title = words("科室明细", "by department");
    table(title, words("科室", "code"), lines, |line| {
        let code = line.dscg_caty.as_deref().unwrap_or_default();
        let name = dictionary::get("dept").and_then(|dictionary| dictionary.name(code));
        [
            Cell::Text(code.to_owned()),
            Cell::Text(name.unwrap_or("未填写").to_owned()),
        ]
    })
}

fn group_table(lines: &[&Row]) -> Result<Table, MoneyError> {
    let title = words("病组明细", "by group");
    table(title, words("病组", "group"), lines, |line| {
        [
            Cell::Text(line.drg_code.clone()),
            Cell::Text(line.drg_name.clone()),
        ]
    })
}

pub(super) fn notes(example: bool) -> Vec<Words> {
    let mut notes = vec![words(
        "金额单位：元。残差为预算与入账之差，单列于险种基金，不分摊到机构。",
        "Amounts in yuan. The residue is what the bills leave of a fund's budget; it is not spread.",
    )];
    if example {
        notes.push(words(
            "示例：统筹区参数为示例值，本单不作结算依据。",
            "EXAMPLE: the parameters are example values; this sheet settles nothing.",
        ));
    }
    notes
}
