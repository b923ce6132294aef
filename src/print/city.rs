//! The area's sums of a month: its funds with their residue, its districts, its hospitals.

use super::{
    Answers, AnswersError, Names,
    answers::{Pool, Row},
    bill::{cases, city, division, insurance, month, notes, total},
    sheet::{Cell, Sheet, Table, Words, words},
};

/// The sheet, where the answers tell the funds: they are told to the city only.
pub(super) fn sheet(answers: &Answers, names: &Names) -> Result<Option<Sheet>, AnswersError> {
    if answers.pools.is_empty() {
        return Ok(None);
    }
    let tables = [
        pools(&answers.pools)?,
        districts(&answers.districts, names)?,
        hospitals(&answers.hospitals)?,
    ];
    Ok(Some(Sheet {
        name: "汇总".to_owned(),
        title: words("医疗保障基金月度结算汇总", "Monthly settlement of the area"),
        subtitle: month(&answers.setl_ym),
        example: answers.example,
        head: vec![
            (words("统筹区", "city"), area(answers, names)),
            (words("结算年月", "month"), month(&answers.setl_ym)),
            (words("支付档案", "profile"), answers.profile.clone()),
        ],
        amounts: Vec::new(),
        tables: tables
            .into_iter()
            .filter(|table| !table.rows.is_empty())
            .collect(),
        notes: notes(answers.example),
        signatures: vec![
            words("经办机构（盖章）", "bureau, seal"),
            words("制表人", "made by"),
            words("复核人", "checked by"),
            words("日期", "date"),
        ],
    }))
}

fn area(answers: &Answers, names: &Names) -> String {
    let row = answers.hospitals.first();
    row.map_or_else(String::new, |row| division(&city(&row.admdvs), names))
}

const COST: (Words, u8) = (words("总费用", "cost"), 12);
const CASES: (Words, u8) = (words("例数", "cases"), 6);

fn pools(pools: &[Pool]) -> Result<Table, AnswersError> {
    let mut rows = Vec::new();
    for pool in pools {
        let booked = pool.residue.map(|residue| pool.budget.checked_sub(residue));
        rows.push(vec![
            Cell::Text(insurance(&pool.insutype)),
            Cell::Count(pool.setl_psntime),
            Cell::Yuan(pool.medfee_sumamt),
            Cell::some_number(pool.value),
            Cell::some_yuan(pool.payable),
            Cell::Yuan(pool.budget),
            Cell::some_yuan(booked.transpose()?),
            Cell::some_yuan(pool.residue),
        ]);
    }
    Ok(Table {
        title: words("险种基金", "funds"),
        columns: vec![
            (words("险种", "insurance type"), 22),
            CASES,
            COST,
            (words("点值", "value"), 8),
            (words("应付", "payable"), 12),
            (words("预算", "budget"), 12),
            (words("入账", "booked"), 12),
            (words("残差", "residue"), 12),
        ],
        rows,
        sums: Vec::new(),
    })
}

fn districts(lines: &[Row], names: &Names) -> Result<Table, AnswersError> {
    let rows = lines.iter().map(|line| {
        vec![
            Cell::Text(division(&line.admdvs, names)),
            Cell::Text(insurance(&line.insutype)),
            Cell::Count(line.setl_psntime),
            Cell::Yuan(line.medfee_sumamt),
            Cell::some_yuan(line.payable),
            Cell::Yuan(line.others),
            Cell::some_yuan(line.booked),
        ]
    });
    let sum = |of: fn(&Row) -> Option<chs_model::Money>| total(lines.iter().map(of));
    Ok(Table {
        title: words("区县", "districts"),
        columns: vec![
            (words("区县", "district"), 18),
            (words("险种", "insurance type"), 20),
            CASES,
            COST,
            (words("应付", "payable"), 12),
            (words("其他支付", "others"), 12),
            (words("基金应付", "booked"), 12),
        ],
        rows: rows.collect(),
        sums: vec![
            Cell::Text("合计".to_owned()),
            Cell::Blank,
            cases(lines),
            Cell::Yuan(sum(|line| Some(line.medfee_sumamt))?),
            Cell::Yuan(sum(|line| line.payable)?),
            Cell::Yuan(sum(|line| Some(line.others))?),
            Cell::Yuan(sum(|line| line.booked)?),
        ],
    })
}

fn hospitals(lines: &[Row]) -> Result<Table, AnswersError> {
    let part = |of: fn(&super::answers::Bill) -> chs_model::Money| {
        move |line: &Row| line.bill.as_ref().map(of)
    };
    let parts = [
        part(|bill| bill.deductions),
        part(|bill| bill.differences),
        part(|bill| bill.deposit),
        part(|bill| bill.offset),
        part(|bill| bill.transfer),
    ];
    let mut rows = Vec::new();
    for line in lines {
        let name = line.fixmedins_name.as_deref().unwrap_or("未登记名称");
        let mut row = vec![
            Cell::Text(format!("{name} {}", line.fixmedins_code)),
            Cell::Text(line.insutype.clone()),
            Cell::Count(line.setl_psntime),
            Cell::some_yuan(line.booked),
        ];
        row.extend(parts.iter().map(|part| Cell::some_yuan(part(line))));
        rows.push(row);
    }
    let mut sums = vec![
        Cell::Text("合计".to_owned()),
        Cell::Blank,
        cases(lines),
        Cell::Yuan(total(lines.iter().map(|line| line.booked))?),
    ];
    for part in parts {
        sums.push(Cell::Yuan(total(lines.iter().map(part))?));
    }
    Ok(Table {
        title: words("机构账单", "bills"),
        columns: vec![
            (words("机构", "hospital"), 24),
            (words("险种", "type"), 5),
            CASES,
            (words("基金应付", "booked"), 12),
            (words("扣款", "deductions"), 10),
            (words("差异", "differences"), 10),
            (words("预留金", "deposit"), 10),
            (words("冲抵预拨", "offset"), 10),
            (words("本期拨付", "transfer"), 12),
        ],
        rows,
        sums,
    })
}
