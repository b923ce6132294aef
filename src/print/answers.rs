//! Answers of `bills.monthly`, as `chs-gateway call` prints them: one or more JSON
//! documents, of any levels and pages, in any order.

use std::collections::BTreeSet;

use chs_model::Money;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::wire::{amount, some_amount};

/// What a month's answers tell together.
#[derive(Debug, Default)]
pub struct Answers {
    /// Month, yyyyMM.
    pub setl_ym: String,
    /// Profile that prices the month.
    pub profile: String,
    /// SHA-256 of the profile; empty where an earlier gateway answered.
    pub profile_digest: String,
    /// Whether its values are examples.
    pub example: bool,
    /// The funds; told to the city only.
    pub pools: Vec<Pool>,
    /// Sums of districts and insurance types.
    pub districts: Vec<Row>,
    /// The bills.
    pub hospitals: Vec<Row>,
    /// Sums of departments.
    pub departments: Vec<Row>,
    /// Sums of groups.
    pub groups: Vec<Row>,
    /// Schemes and parameters of the cases, where cases were given.
    pub versions: BTreeSet<Versions>,
    unbilled: bool,
    totals: Vec<(Level, usize)>,
}

/// By what cases of a bill were grouped and priced.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Versions {
    /// Institution.
    pub fixmedins_code: String,
    /// Insurance type.
    pub insutype: String,
    /// Scheme.
    pub grp_ver: String,
    /// Parameters of the profile.
    pub parameters: String,
}

/// Answers that cannot be printed.
#[derive(Debug, thiserror::Error)]
pub enum AnswersError {
    /// No JSON, or no answer of `bills.monthly`.
    #[error("不是 bills.monthly 的应答 / no answer of bills.monthly: {0}")]
    Form(#[from] serde_json::Error),
    /// Answers of different months.
    #[error("应答不是同一个月的：{0}、{1} / answers of different months")]
    Months(String, String),
    /// Nothing to print.
    #[error(
        "没有机构级的账单，请以 level hospital 查询 / no bill among the answers: query level hospital"
    )]
    NoBill,
    /// A month that has no bills yet.
    #[error("{0} 尚未出账 / is not billed yet")]
    NotBilled(String),
    /// Pages are missing or given twice.
    #[error(
        "{level}：应有 {total} 行，给出 {given} 行，缺页或重复 / rows are missing or given twice"
    )]
    Pages {
        /// Level.
        level: &'static str,
        /// Rows that there are.
        total: usize,
        /// Rows that were given.
        given: usize,
    },
    /// Lines that do not add up to the bill.
    #[error("{bill} 的{lines}合计 {sum} 元，账单为 {due} 元 / lines do not add up to the bill")]
    Sum {
        /// The bill.
        bill: String,
        /// Which lines.
        lines: &'static str,
        /// Their sum.
        sum: Decimal,
        /// What the bill says.
        due: Decimal,
    },
    /// An amount beyond what can be held.
    #[error(transparent)]
    Amount(#[from] chs_model::MoneyError),
}

/// The fund of an insurance type.
#[derive(Debug, Clone, Deserialize)]
pub struct Pool {
    /// Insurance type.
    pub insutype: String,
    /// Budget of the month.
    #[serde(deserialize_with = "amount")]
    pub budget: Money,
    /// Value of a point.
    #[serde(default, deserialize_with = "some_decimal")]
    pub value: Option<Decimal>,
    /// Cases.
    pub setl_psntime: i64,
    /// Total cost.
    #[serde(deserialize_with = "amount")]
    pub medfee_sumamt: Money,
    /// What the cases are worth.
    #[serde(default, deserialize_with = "some_amount")]
    pub payable: Option<Money>,
    /// What the bills leave of the budget.
    #[serde(default, deserialize_with = "some_amount")]
    pub residue: Option<Money>,
}

/// A row of any level.
#[derive(Debug, Clone, Deserialize)]
pub struct Row {
    /// Insurance type.
    pub insutype: String,
    /// Administrative division.
    #[serde(default)]
    pub admdvs: String,
    /// Institution.
    #[serde(default)]
    pub fixmedins_code: String,
    /// Its name.
    pub fixmedins_name: Option<String>,
    setl_id: Option<String>,
    /// Department.
    pub dscg_caty: Option<String>,
    /// Group.
    #[serde(default)]
    pub drg_code: String,
    /// Its name.
    #[serde(default)]
    pub drg_name: String,
    /// Cases.
    pub setl_psntime: i64,
    /// Points.
    #[serde(default, deserialize_with = "some_decimal")]
    pub points: Option<Decimal>,
    /// Total cost.
    #[serde(deserialize_with = "amount")]
    pub medfee_sumamt: Money,
    /// Paid by patients and other payers.
    #[serde(deserialize_with = "amount")]
    pub others: Money,
    /// What the cases are worth; null before the month is billed.
    #[serde(default, deserialize_with = "amount_or_null")]
    pub payable: Option<Money>,
    /// The fund's part.
    #[serde(default, deserialize_with = "amount_or_null")]
    pub booked: Option<Money>,
    /// The rest of a bill. Not flattened by serde, which cannot buffer exact numbers.
    #[serde(skip)]
    pub bill: Option<Bill>,
    pricing: Option<Pricing>,
}

/// From the fund's part to the transfer.
#[derive(Debug, Clone, Deserialize)]
pub struct Bill {
    /// Id of the batch.
    #[serde(rename = "feeClrId")]
    pub fee_clr_id: String,
    /// State of the batch.
    pub state: String,
    /// Its version.
    pub version: i32,
    /// Grouping schemes of its cases; none where an earlier gateway answered.
    #[serde(default)]
    pub schemes: Vec<String>,
    /// Versions of the parameters that priced them.
    #[serde(default)]
    pub parameters: Vec<String>,
    /// Value of a point.
    #[serde(default, deserialize_with = "some_decimal")]
    pub value: Option<Decimal>,
    /// Deductions.
    #[serde(deserialize_with = "amount")]
    pub deductions: Money,
    /// Corrections of earlier months.
    #[serde(deserialize_with = "amount")]
    pub differences: Money,
    /// Owed from the bill before.
    #[serde(deserialize_with = "amount")]
    pub carried_in: Money,
    /// Kept until the assessment.
    #[serde(deserialize_with = "amount")]
    pub deposit: Money,
    /// Set off against the advance.
    #[serde(deserialize_with = "amount")]
    pub offset: Money,
    /// To be transferred.
    #[serde(deserialize_with = "amount")]
    pub transfer: Money,
    /// Owed into the next bill.
    #[serde(deserialize_with = "amount")]
    pub carried: Money,
    /// Reconciled amount.
    #[serde(default, deserialize_with = "some_amount")]
    pub reconciled: Option<Money>,
}

#[derive(Debug, Clone, Deserialize)]
struct Pricing {
    grp_ver: String,
    version: String,
}

#[derive(Debug, Deserialize)]
struct Answer {
    setl_ym: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    profile: String,
    #[serde(default)]
    profile_digest: String,
    #[serde(default)]
    example: bool,
    pools: Vec<Pool>,
    rows: Vec<Value>,
    total: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    City,
    District,
    Hospital,
    Department,
    Group,
    Case,
}

impl Answers {
    /// Reads answers that stand one behind the other.
    ///
    /// # Errors
    /// Another form, answers of different months.
    pub fn read(text: &str) -> Result<Answers, AnswersError> {
        let mut all = Answers::default();
        for answer in serde_json::Deserializer::from_str(text).into_iter::<Answer>() {
            all.add(answer?)?;
        }
        Ok(all)
    }

    fn add(&mut self, answer: Answer) -> Result<(), AnswersError> {
        if !self.setl_ym.is_empty() && self.setl_ym != answer.setl_ym {
            return Err(AnswersError::Months(self.setl_ym.clone(), answer.setl_ym));
        }
        self.setl_ym = answer.setl_ym;
        self.unbilled |= answer.state != "BILLED";
        self.profile = answer.profile;
        if !answer.profile_digest.is_empty() {
            self.profile_digest = answer.profile_digest;
        }
        self.example |= answer.example;
        if !answer.pools.is_empty() {
            self.pools = answer.pools;
        }
        for row in answer.rows {
            let row = Row::read(row)?;
            let level = row.level();
            self.totals.retain(|(other, _)| *other != level);
            self.totals.push((level, answer.total));
            match level {
                Level::City => {}
                Level::District => self.districts.push(row),
                Level::Hospital => self.hospitals.push(row),
                Level::Department => self.departments.push(row),
                Level::Group => self.groups.push(row),
                Level::Case => self.versions.extend(row.versions()),
            }
        }
        Ok(())
    }

    /// Keeps one institution's bills and lines; the area's sums go, as they are not its own.
    ///
    /// # Errors
    /// Missing pages: afterwards they could not be told.
    pub fn keep(&mut self, fixmedins_code: &str) -> Result<(), AnswersError> {
        self.complete()?;
        for rows in [&mut self.hospitals, &mut self.departments, &mut self.groups] {
            rows.retain(|row| row.fixmedins_code == fixmedins_code);
        }
        self.pools.clear();
        self.districts.clear();
        self.totals.clear();
        Ok(())
    }

    /// Whether these are all pages of a billed month.
    pub(super) fn complete(&self) -> Result<(), AnswersError> {
        if self.hospitals.is_empty() {
            return Err(AnswersError::NoBill);
        }
        if self.unbilled {
            return Err(AnswersError::NotBilled(self.setl_ym.clone()));
        }
        for (level, total) in &self.totals {
            let (level, given) = match level {
                Level::District => ("区县 districts", self.districts.len()),
                Level::Hospital => ("机构 hospitals", self.hospitals.len()),
                Level::Department => ("科室 departments", self.departments.len()),
                Level::Group => ("病组 groups", self.groups.len()),
                // Cases only tell their versions, and the area's sums stand in the pools.
                Level::Case | Level::City => continue,
            };
            if given != *total {
                let total = *total;
                return Err(AnswersError::Pages {
                    level,
                    total,
                    given,
                });
            }
        }
        Ok(())
    }
}

impl Row {
    fn read(value: Value) -> Result<Row, serde_json::Error> {
        let bill = value
            .get("feeClrId")
            .map(|_| Bill::deserialize(&value))
            .transpose()?;
        Ok(Row {
            bill,
            ..Row::deserialize(value)?
        })
    }

    fn level(&self) -> Level {
        if self.bill.is_some() {
            Level::Hospital
        } else if self.setl_id.is_some() {
            Level::Case
        } else if self.dscg_caty.is_some() {
            Level::Department
        } else if !self.drg_code.is_empty() {
            Level::Group
        } else if !self.admdvs.is_empty() {
            Level::District
        } else {
            Level::City
        }
    }

    fn versions(&self) -> Option<Versions> {
        let pricing = self.pricing.as_ref()?;
        Some(Versions {
            fixmedins_code: self.fixmedins_code.clone(),
            insutype: self.insutype.clone(),
            grp_ver: pricing.grp_ver.clone(),
            parameters: pricing.version.clone(),
        })
    }

    /// Whether a line belongs to this bill.
    pub fn holds(&self, line: &Row) -> bool {
        self.fixmedins_code == line.fixmedins_code && self.insutype == line.insutype
    }
}

fn some_decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    let text = match Value::deserialize(deserializer)? {
        Value::Null => return Ok(None),
        Value::String(text) => text,
        other => other.to_string(),
    };
    let decimal = text.parse().map_err(serde::de::Error::custom)?;
    Ok(Some(decimal))
}

fn amount_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Money>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        value => amount(value).map(Some).map_err(serde::de::Error::custom),
    }
}
