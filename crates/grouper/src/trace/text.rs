//! A trace as sentences.

use super::{ConditionFact, Level, Sentence, Step, Trace, Verdict};
use crate::outcome::Status;
use crate::reason::Reason;

pub(super) fn sentences(trace: &Trace) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    for code in trace.codes.iter().filter(|code| code.state != "valid") {
        let (variable, text) = (code.variable, &code.code);
        let (zh, en) = match code.state {
            "grey" => ("为灰码", "is a grey code"),
            "scheme_only" => ("只在方案目录中", "is in the scheme's tables alone"),
            _ => ("不在编码库中", "is no code of the code system"),
        };
        sentences.push(Sentence {
            zh: format!("{variable} {text} {zh}"),
            en: format!("{variable} {text} {en}"),
        });
    }
    for found in &trace.complications {
        let (code, set) = (&found.code, &found.exclusion_set);
        let severity = found.severity.as_str();
        sentences.push(match &found.excluded_by {
            None => Sentence {
                zh: format!("其他诊断 {code} 为 {severity}"),
                en: format!("other diagnosis {code} counts as {severity}"),
            },
            Some(principal) => Sentence {
                zh: format!(
                    "其他诊断 {code} 为 {severity}，但主要诊断 {principal} 在其排除表 {set} 中，不计"
                ),
                en: format!(
                    "other diagnosis {code} counts as {severity}, but principal diagnosis {principal} is in its exclusion set {set}: it does not count"
                ),
            },
        });
    }
    sentences.extend(notes(trace));
    sentences.extend(trace.steps.iter().map(step));
    sentences.push(result(trace));
    sentences
}

/// What is odd about the case besides its single codes and the reason, which stand elsewhere.
fn notes(trace: &Trace) -> impl Iterator<Item = Sentence> {
    let others = [
        Reason::BirthWeightMissing,
        Reason::PrincipalProcedureNotInScheme,
    ];
    let result = &trace.result;
    let noted = others
        .into_iter()
        .filter(|note| result.notes.contains(*note) && result.reason != Some(*note));
    noted.map(|note| Sentence {
        zh: note.zh().to_owned(),
        en: note.en().to_owned(),
    })
}

fn step(step: &Step) -> Sentence {
    let (zh, en) = match step.verdict {
        Verdict::Holds => ("符合", "holds"),
        Verdict::Fails => ("不符合", "fails"),
        Verdict::Undecided => ("缺少数据，无法判定", "cannot be decided for want of data"),
        Verdict::Left => (
            "已进入但无符合的组，继续后续 MDC",
            "entered, but no group fits; going on",
        ),
    };
    let level = match step.level {
        // The code says MDC already.
        Level::Mdc => "",
        Level::Adrg => "ADRG ",
        Level::Drg => "DRG ",
    };
    let row = step.row.filter(|row| *row > 1);
    let row = row.map_or_else(String::new, |row| format!(" ({row})"));
    let (code, name) = (&step.code, &step.name);
    let conditions = conditions(&step.conditions);
    let why = conditions.as_ref().unwrap_or(&step.rule);
    let named = if name.is_empty() { "" } else { " " };
    Sentence {
        zh: format!("{level}{code}{row}{named}{name}：{zh}（{why}）"),
        en: format!("{level}{code}{row} {en} ({why})"),
    }
}

/// `ZYZD in DI_F00 ✓ I50.900; XB=1 ✗`; `None` without conditions.
fn conditions(conditions: &[ConditionFact]) -> Option<String> {
    let texts = conditions.iter().map(|fact| {
        let sign = match fact.holds {
            Some(true) => "✓",
            Some(false) => "✗",
            None => "?",
        };
        let (condition, codes) = (&fact.condition, fact.codes.join(" "));
        if codes.is_empty() {
            format!("{condition} {sign}")
        } else {
            format!("{condition} {sign} {codes}")
        }
    });
    let texts: Vec<String> = texts.collect();
    (!texts.is_empty()).then(|| texts.join("; "))
}

fn result(trace: &Trace) -> Sentence {
    let result = &trace.result;
    let (drg, name) = (&result.drg, &result.name);
    let (zh, en) = match result.status {
        Status::Grouped => (format!("结果：{drg} {name}"), format!("result: {drg}")),
        Status::Ambiguous => (
            format!("结果：歧义 {drg}"),
            format!("result: ambiguous, {drg}"),
        ),
        Status::Ungrouped => ("结果：未入组".to_owned(), "result: ungrouped".to_owned()),
        Status::Invalid => ("结果：数据无效".to_owned(), "result: invalid".to_owned()),
    };
    match result.reason {
        None => Sentence { zh, en },
        Some(reason) => Sentence {
            zh: format!("{zh}：{}", reason.zh()),
            en: format!("{en}: {}", reason.en()),
        },
    }
}
