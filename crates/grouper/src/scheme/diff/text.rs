//! The differences as text: counts first, then each change.

use super::table::name_of;
use super::{RowChange, RowChangeKind, SchemeDiff, SetChange};
use std::fmt::{self, Display, Formatter};

/// Codes that the text names of a changed set; JSON and CSV name all.
const FIRST_CODES: usize = 5;

/// Changes of complications that the text names of each kind.
const FIRST_COMPLICATIONS: usize = 20;

impl Display for SchemeDiff {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.head(f)?;
        for (zh, en, changes) in [
            ("主要诊断大类", "MDC", &self.mdcs),
            ("核心病组", "ADRG", &self.adrgs),
            ("病组", "DRG", &self.drgs),
        ] {
            if !changes.is_empty() {
                writeln!(f, "\n== {zh} / {en} ==")?;
                for change in changes {
                    row(f, change)?;
                }
            }
        }
        for (zh, en, changes) in [
            ("编码集合", "code sets", &self.sets),
            ("排除表", "exclusion sets", &self.exclusions),
        ] {
            if !changes.is_empty() {
                writeln!(f, "\n== {zh} / {en} ==")?;
                for change in changes {
                    set(f, change)?;
                }
            }
        }
        self.complications(f)
    }
}

impl SchemeDiff {
    fn head(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (zh, en, side) in [("旧", "from", &self.from), ("新", "to", &self.to)] {
            let counts = side.counts;
            writeln!(
                f,
                "{zh} {en}: {} {}  MDC {}  ADRG {}  DRG {}  MCC {}  CC {}  集合 sets {}",
                side.id,
                side.title,
                counts.mdc,
                counts.adrg,
                counts.drg,
                counts.mcc,
                counts.cc,
                counts.sets,
            )?;
        }
        if self.summary.is_empty() {
            return writeln!(f, "\n没有差异 / no differences");
        }
        writeln!(f, "\n== 变化数 / changes ==")?;
        for line in &self.summary {
            let part = match line.part {
                "mdc" => "MDC",
                "adrg" => "ADRG",
                "drg" => "DRG",
                "set" => "集合 set",
                "exclusion" => "排除表 exclusion set",
                _ => "MCC/CC",
            };
            writeln!(f, "{part}  {} {}: {}", line.zh, line.change, line.count)?;
        }
        Ok(())
    }

    fn complications(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut last = "";
        let mut shown = 0;
        let total = |kind| {
            self.complications
                .iter()
                .filter(|c| c.code() == kind)
                .count()
        };
        for change in &self.complications {
            if last.is_empty() {
                writeln!(f, "\n== 并发症与合并症 / MCC and CC ==")?;
            }
            let kind = change.code();
            if kind != last {
                writeln!(f, "{} {kind}: {}", change.zh(), total(kind))?;
                shown = 0;
            }
            last = kind;
            shown += 1;
            if shown <= FIRST_COMPLICATIONS {
                let code = &change.diagnosis;
                writeln!(f, "  {code} {}", name_of(code))?;
            } else if shown == FIRST_COMPLICATIONS + 1 {
                writeln!(f, "  …")?;
            }
        }
        Ok(())
    }
}

fn row(f: &mut Formatter<'_>, change: &RowChange) -> fmt::Result {
    let kind = change.kind;
    writeln!(f, "{} {} {}", kind.zh(), change.code, change.name)?;
    let (from, to) = (change.from.as_deref(), change.to.as_deref());
    match kind {
        RowChangeKind::Added => written(f, "    + ", to),
        RowChangeKind::Removed => written(f, "    - ", from),
        RowChangeKind::Order => writeln!(
            f,
            "    {} → {}",
            from.unwrap_or("最前 first"),
            to.unwrap_or("最前 first")
        ),
        RowChangeKind::Recoded
        | RowChangeKind::Moved
        | RowChangeKind::Weight
        | RowChangeKind::Local => {
            writeln!(f, "    {} → {}", from.unwrap_or("-"), to.unwrap_or("-"))
        }
        RowChangeKind::Renamed | RowChangeKind::Rule => {
            written(f, "    - ", from)?;
            written(f, "    + ", to)
        }
    }
}

fn written(f: &mut Formatter<'_>, mark: &str, text: Option<&str>) -> fmt::Result {
    match text {
        None => Ok(()),
        Some(text) => writeln!(f, "{mark}{text}"),
    }
}

fn set(f: &mut Formatter<'_>, change: &SetChange) -> fmt::Result {
    let (name, before, after) = (&change.set, change.codes_before, change.codes_after);
    write!(f, "{} {name}", change.kind.zh())?;
    if let Some(renamed) = &change.renamed_to {
        return writeln!(f, " → {renamed} ({before})");
    }
    writeln!(f, "  {before} → {after}")?;
    for (mark, codes) in [("+", &change.added), ("-", &change.removed)] {
        if codes.is_empty() {
            continue;
        }
        let first: Vec<String> = codes
            .iter()
            .take(FIRST_CODES)
            .map(|code| format!("{code} {}", name_of(code)))
            .collect();
        let more = if codes.len() > FIRST_CODES { "…" } else { "" };
        writeln!(f, "    {mark}{}: {}{more}", codes.len(), first.join("；"))?;
    }
    Ok(())
}
