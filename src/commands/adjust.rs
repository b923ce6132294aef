//! `chs-gateway adjust`: weights, scores and coefficients out of past cases, beside those in
//! force, with the method and every figure that led there, for publication.

mod computed;
mod history;
mod printed;

use std::{io::Write, num::NonZeroU32, path::PathBuf, process::ExitCode, str::FromStr};

use chs_settlement::history::{CoefficientRule, Trim};
use rust_decimal::Decimal;

use super::{Outcome, group_values::GroupValues, output};
use crate::scheme_source::Installed;
use computed::{Old, computed};
use history::History;
use printed::Form;

/// 由历史病例测算权重、分值与等级系数，与现行值并列，附方法与依据，供公布 / weights, scores and coefficients out of past cases beside those in force, for publication
///
/// 权重 = 病组加权均费 ÷ 总加权均费 × 归一化系数，使 Σ 例数 × 权重 = 例数；各年均费按 --year-weights 加权。
/// QY 与 0000 不参与。等级系数 = 病组在该等级的均费 ÷ 病组均费，与 1 混合并设上下限（最后一年）。
/// 输出 .md 供公布，.csv 可直接作 simulate --weights 与 adjust --old 的输入。同样的输入得到逐字节相同的输出。
///
/// 例 examples:
///   chs-gateway adjust --in 2024.csv 2025.csv 2026.csv --scheme xianyang-2025 --trim percentiles:2.5:97.5 --out weights.md --out weights.csv
///   chs-gateway adjust --in 2026.csv --old weights-2026.csv --year-weights 1 --coefficients 0.5:0.82:1.07
///
/// Weight = weighted mean of the group ÷ weighted mean of all × normalisation. Groups QY and
/// 0000 do not take part. Coefficients are means of the group at a level ÷ mean of the group,
/// blended with 1 and limited. Every parameter of the method is the area's own to choose.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// 输入 CSV，可多个；列 drg_code,medfee_sumamt，年度取自 year 列或 setl_date，等级取自 hosp_lv
    /// / input CSV files; the year is that of a column `year` or of setl_date, the level that of hosp_lv
    #[arg(long = "in", value_name = "F.csv", required = true, num_args = 1..)]
    inputs: Vec<PathBuf>,
    /// 现行分组方案：名称与现行权重由此取得 / the scheme in force: names and weights so far
    #[arg(long, value_name = "ID")]
    scheme: Option<String>,
    /// 现行值：drg_code 与 weight,score,primary,secondary,tertiary；先于方案 / values in force; before the scheme's
    #[arg(long, value_name = "F.csv")]
    old: Option<PathBuf>,
    /// 测算权重（1）或 DIP 分值（如 1000） / 1 for weights, such as 1000 for DIP scores
    #[arg(long, value_name = "N", default_value = "1")]
    scale: NonZeroU32,
    /// 小数位 / decimals
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(0..=8))]
    decimals: u32,
    /// 各年权数，由远及近，最后一年为数据中最近一年 / weights of the years, oldest first; the last is the latest year there is
    #[arg(long, value_name = "W:W:W", value_delimiter = ':', default_value = "1:2:7", value_parser = clap::value_parser!(u32).range(1..))]
    year_weights: Vec<u32>,
    /// 剔除：none、percentiles:2.5:97.5（百分位）、multiples:0.3:3（均费倍数），逐组逐年 / trimming, by group and year
    #[arg(long, value_name = "RULE", default_value = "none")]
    trim: TrimRule,
    /// 等级系数：混合比例:下限:上限，如 0.5:0.82:1.07 / coefficients of levels: share of the quotient, least, greatest
    #[arg(long, value_name = "B:MIN:MAX")]
    coefficients: Option<Coefficients>,
    /// 公布件标题 / title of the publication
    #[arg(long, default_value = "病组权重与系数调整公示")]
    title: String,
    /// 输出，以 .md 或 .csv 结尾，可多次给出；缺省为标准输出 Markdown / output, ending in .md or .csv, repeatable
    #[arg(long = "out", value_name = "F")]
    outputs: Vec<PathBuf>,
    /// 配置文件，其 schemes.folders 中的方案一并可用 / configuration; schemes of its schemes.folders are there too
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// A rule of trimming out of the command line.
#[derive(Debug, Clone, Copy)]
struct TrimRule(Trim);

impl FromStr for TrimRule {
    type Err = String;

    fn from_str(text: &str) -> Result<TrimRule, String> {
        let mut parts = text.split(':');
        let kind = parts.next().unwrap_or_default();
        let numbers: Option<Vec<Decimal>> = parts.map(chs_model::parse_decimal).collect();
        let rule = match (kind, numbers.as_deref()) {
            ("none", Some([])) => Some(Trim::None),
            ("percentiles", Some([lower, upper]))
                if *lower >= Decimal::ZERO && lower < upper && *upper <= Decimal::ONE_HUNDRED =>
            {
                Some(Trim::Percentiles {
                    lower: *lower,
                    upper: *upper,
                })
            }
            ("multiples", Some([low, high])) if *low >= Decimal::ZERO && low < high => {
                Some(Trim::Multiples {
                    low: *low,
                    high: *high,
                })
            }
            _ => None,
        };
        rule.map(TrimRule).ok_or_else(|| {
            "none、percentiles:2.5:97.5 或 multiples:0.3:3 / one of these".to_owned()
        })
    }
}

/// A rule of coefficients out of the command line.
#[derive(Debug, Clone, Copy)]
struct Coefficients(CoefficientRule);

impl FromStr for Coefficients {
    type Err = String;

    fn from_str(text: &str) -> Result<Coefficients, String> {
        let numbers: Option<Vec<Decimal>> = text.split(':').map(chs_model::parse_decimal).collect();
        match numbers.as_deref() {
            Some([blend, least, greatest])
                if *blend >= Decimal::ZERO
                    && *blend <= Decimal::ONE
                    && *least > Decimal::ZERO
                    && least <= greatest =>
            {
                Ok(Coefficients(CoefficientRule {
                    blend: *blend,
                    least: *least,
                    greatest: *greatest,
                }))
            }
            _ => Err("如 0.5:0.82:1.07 / such as 0.5:0.82:1.07".to_owned()),
        }
    }
}

/// Runs the command; exit code 1 when a row is invalid.
///
/// # Errors
/// A scheme or table that does not load, a missing column, no case to go by, a file that
/// cannot be read or written.
pub fn run(args: Args) -> Outcome {
    let forms = args.outputs.iter().map(|path| Form::of(path));
    let forms = forms.collect::<Result<Vec<Form>, String>>()?;
    let installed = Installed::of(args.config.as_deref())?;
    let old = Old {
        scheme: args
            .scheme
            .as_deref()
            .map(|id| installed.get(id))
            .transpose()?,
        values: args.old.as_deref().map(GroupValues::load).transpose()?,
    };
    let mut history = History::default();
    for path in &args.inputs {
        history.read(path)?;
    }
    history.end();
    let invalid = history.invalid;
    let method = computed::Method {
        scale: args.scale.get(),
        decimals: args.decimals,
        year_weights: args.year_weights,
        trim: args.trim.0,
        coefficients: args.coefficients.map(|rule| rule.0),
    };
    let publication = computed(history, method, &old)?;
    if args.outputs.is_empty() {
        let text = printed::markdown(&publication, &args.title);
        output(None)?.write_all(text.as_bytes())?;
    }
    for (path, form) in args.outputs.iter().zip(forms) {
        let text = match form {
            Form::Markdown => printed::markdown(&publication, &args.title).into_bytes(),
            Form::Csv => printed::csv(&publication)?,
        };
        output(Some(path))?.write_all(&text)?;
        let digest = chs_envelope::sm::sm3(&[&text]).to_hex();
        eprintln!("{} 摘要 digest (SM3): {digest}", path.display());
    }
    Ok(ExitCode::from(u8::from(invalid > 0)))
}

#[cfg(test)]
mod tests;
