//! The reports of several groupings as a table, CSV or JSON.

use std::fmt::Write as _;
use std::io::Write;

use chs_grouper::efficacy::Efficacy;
use serde::Serialize;

/// A grouping's name and report.
pub(super) type Named = (String, Efficacy);

/// Side by side: a line a figure, a column a grouping.
pub(super) fn text(reports: &[Named]) -> String {
    let mut text = String::new();
    let mut line = |label: &str, figure: &dyn Fn(&Named) -> String| {
        // Writing to a String cannot fail.
        for report in reports {
            let _ = write!(text, "{:>24}", figure(report));
        }
        let _ = writeln!(text, "  {label}");
    };
    line("方案 grouping", &|(name, _)| name.clone());
    line("可用病例 usable cases", &|(_, e)| e.cases.to_string());
    line("无效 invalid", &|(_, e)| e.refused.to_string());
    line("入组病例 grouped", &|(_, e)| e.grouped.to_string());
    line("入组率 grouping rate", &|(_, e)| {
        percent(e.grouping_rate)
    });
    line("组数 groups", &|(_, e)| e.group_count.to_string());
    line("均费（元） mean cost, yuan", &|(_, e)| {
        e.mean.map_or_else(none, |mean| mean.to_string())
    });
    line("总 CV，CV of all", &|(_, e)| fixed(e.cv));
    line("RIV", &|(_, e)| percent(e.riv));
    line("可算 CV 的组 groups with a CV", &|(_, e)| {
        e.groups_with_cv.to_string()
    });
    let limits = reports.first().map(|(_, e)| e.cv_below.as_slice());
    for (place, below) in limits.unwrap_or_default().iter().enumerate() {
        line(&format!("CV < {} 的组 groups", below.limit), &|(_, e)| {
            let below = e.cv_below.get(place);
            below.map_or_else(none, |below| {
                format!("{}（{}）", below.groups, percent(below.share))
            })
        });
    }
    text
}

/// A line a group of every grouping: `grouping,group,cases,mean,cv`.
pub(super) fn csv(reports: &[Named], out: &mut impl Write) -> csv::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["grouping", "group", "cases", "mean", "cv"])?;
    for (name, efficacy) in reports {
        for group in &efficacy.groups {
            let cv = group.cv.map(|cv| format!("{cv:.4}"));
            writer.write_record([
                name,
                &group.group,
                &group.cases.to_string(),
                &group.mean.map(|mean| mean.to_string()).unwrap_or_default(),
                &cv.unwrap_or_default(),
            ])?;
        }
    }
    writer.flush()?;
    Ok(())
}

/// All figures, the groups included.
pub(super) fn json(reports: &[Named]) -> serde_json::Result<String> {
    #[derive(Serialize)]
    struct Report<'r> {
        grouping: &'r str,
        efficacy: &'r Efficacy,
    }
    let reports = reports
        .iter()
        .map(|(grouping, efficacy)| Report { grouping, efficacy });
    serde_json::to_string_pretty(&reports.collect::<Vec<_>>())
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(none, |share| format!("{:.2} %", share * 100.0))
}

fn fixed(number: Option<f64>) -> String {
    number.map_or_else(none, |number| format!("{number:.4}"))
}

fn none() -> String {
    "—".to_owned()
}
