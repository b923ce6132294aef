//! `stay.audit-view`: procedures with the main one first, the ward stay in three forms,
//! and how far the hospital record stands in the list.

use chs_model::{
    Row, SettlementList,
    fields::{diseinfo, oprninfo, setlinfo},
};
use chs_quality::hospital::{Coverage, WardStay, emergency_lines};
use serde_json::Value;

use crate::{
    error::{FieldError, Refusal},
    operations::stay_audit_view::{
        CoverageView, HospitalRecord, OperationView, StayAuditViewAnswer, StayAuditViewRequest,
        WardStayView,
    },
    service::{
        assessment,
        exactly_once::{Done, exactly_once},
    },
    session::Session,
    store::Tx,
    wire,
};

/// Shows the stay of the call.
///
/// # Errors
/// Those of [`exactly_once`].
pub async fn run(session: &Session, request: &StayAuditViewRequest) -> Result<Value, Refusal> {
    exactly_once(session, async |_: &Tx<'_>| {
        Ok(Done {
            answer: view(&request.list, &request.hospital),
            subject: assessment::subject(&request.list),
        })
    })
    .await
}

fn view(list: &SettlementList, hospital: &HospitalRecord) -> StayAuditViewAnswer {
    let mut remarks = Vec::new();
    let operations = operations(list, &mut remarks);
    let main = operations.iter().find(|one| one.role == "main");
    let others = || operations.iter().filter(|one| one.role == "other");
    let (entry, exit) = (hospital.ward_entry_time, hospital.ward_exit_time);
    if entry.is_none() {
        let zh = "入科时间缺失，无法核对急诊费用界限";
        let en = "without ward entry the limit of emergency fees cannot be checked";
        remarks.push(FieldError::new("/hospital/ward_entry_time", zh, en));
    }
    let stay = entry
        .zip(exit)
        .map(|(entry, exit)| WardStay::between(entry, exit));
    if stay == Some(None) {
        let zh = "出科时间早于入科时间";
        let en = "the patient leaves the wards before entering them";
        remarks.push(FieldError::new("/hospital/ward_exit_time", zh, en));
    }
    // a line without a time cannot lie before anything
    let timed = hospital.fee_lines.iter().enumerate();
    let (places, times): (Vec<_>, Vec<_>) = timed
        .filter_map(|(place, line)| Some((place, line.fee_ocur_time?)))
        .unzip();
    let before = entry.map_or_else(Vec::new, |entry| emergency_lines(&times, entry));
    StayAuditViewAnswer {
        mdtrt_id: text(list.setlinfo(), setlinfo::MDTRT_ID),
        main_oprn_code: main.map(|one| one.oprn_oprt_code.clone()),
        main_oprn_name: main.map(|one| one.oprn_oprt_name.clone()),
        other_oprn_codes: others().map(|one| one.oprn_oprt_code.clone()).collect(),
        other_oprn_names: others().map(|one| one.oprn_oprt_name.clone()).collect(),
        ward_entry_time: entry.map(|time| time.format("%Y-%m-%d %H:%M").to_string()),
        ward_stay: stay.flatten().map(|stay| WardStayView {
            minutes: stay.minutes,
            dura: stay.written(),
            days: stay.days,
        }),
        diagnosis_coverage: coverage(
            hospital.diagnoses.iter().map(|one| one.code.as_str()),
            list.rows(chs_model::Node::Diseinfo)
                .iter()
                .filter_map(|row| row.text(diseinfo::DIAG_CODE)),
        ),
        operation_coverage: coverage(
            hospital.operations.iter().map(|one| one.code.as_str()),
            operations.iter().map(|one| one.oprn_oprt_code.as_str()),
        ),
        emergency_lines: before
            .into_iter()
            .filter_map(|index| places.get(index).copied())
            .collect(),
        operations,
        remarks,
    }
}

/// Procedures, the main one first, the others as sent.
fn operations(list: &SettlementList, remarks: &mut Vec<FieldError>) -> Vec<OperationView> {
    let rows = list.rows(chs_model::Node::Oprninfo).iter();
    let coded = rows.filter(|row| !row.is_blank(oprninfo::OPRN_OPRT_CODE));
    let mut operations: Vec<OperationView> = coded
        .map(|row| OperationView {
            oprn_oprt_code: text(row, oprninfo::OPRN_OPRT_CODE),
            oprn_oprt_name: text(row, oprninfo::OPRN_OPRT_NAME),
            role: match row.text(oprninfo::OPRN_OPRT_TYPE).map(str::trim) {
                Some("1") => "main",
                _ => "other",
            },
        })
        .collect();
    operations.sort_by_key(|one| one.role != "main");
    let mains = operations.iter().filter(|one| one.role == "main").count();
    if !operations.is_empty() && mains != 1 {
        let zh = "手术操作中应有且仅有一个主要手术";
        let en = "exactly one of the procedures must be the main one";
        remarks.push(FieldError::new("/oprninfo", zh, en));
    }
    operations
}

fn coverage<'a>(
    record: impl Iterator<Item = &'a str>,
    list: impl Iterator<Item = &'a str>,
) -> CoverageView {
    let coverage = Coverage::of(record, list);
    CoverageView {
        uploaded: coverage.uploaded,
        required: coverage.required,
        rate: wire::decimal(coverage.rate().round_dp(4)),
        missing: coverage.missing,
    }
}

fn text(row: &Row, field: chs_model::Field) -> String {
    row.text(field).unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_stay_as_the_audit_screen_shows_it() {
        let list = json!({
            "setlinfo": {"mdtrt_id": "M1"},
            "diseinfo": [{"diag_code": "A"}, {"diag_code": "B"}, {"diag_code": "C"}, {"diag_code": "D"}],
            "oprninfo": [
                {"oprn_oprt_type": "2", "oprn_oprt_code": "54.2100", "oprn_oprt_name": "其他"},
                {"oprn_oprt_type": "1", "oprn_oprt_code": "47.0100", "oprn_oprt_name": "主要"},
            ],
        });
        let list = SettlementList::parse(&list).unwrap();
        let diagnoses: Vec<_> = ["A", "B", "C", "D", "E"]
            .map(|code| json!({"code": code}))
            .into();
        // the stay of vector H6, the lines of H10, the coverage of H3
        let hospital: HospitalRecord = serde_json::from_value(json!({
            "ward_entry_time": "2025-06-12 10:00", "ward_exit_time": "2025-06-15 09:00",
            "diagnoses": diagnoses,
            "fee_lines": [{"fee_ocur_time": "2025-06-12 10:00"}, {}, {"fee_ocur_time": "2025-06-12 09:59"}],
        }))
        .unwrap();
        let view = view(&list, &hospital);
        let roles: Vec<_> = view.operations.iter().map(|one| one.role).collect();
        assert_eq!(roles, ["main", "other"]);
        assert_eq!(view.main_oprn_code.as_deref(), Some("47.0100"));
        let stay = view.ward_stay.unwrap();
        assert_eq!(
            (stay.minutes, stay.dura.as_str(), stay.days),
            (4260, "2/23/0", 3)
        );
        assert_eq!(view.diagnosis_coverage.rate, json!(0.8));
        assert_eq!(view.diagnosis_coverage.missing, ["E"]);
        assert_eq!(view.emergency_lines, [2]);
        assert!(view.remarks.is_empty());
    }
}
