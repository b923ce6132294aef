//! Ids of the month, made from what they name: the same thing done twice gets the same id.

use chs_envelope::sm;

/// What an id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// An application for reconciliation (clr_appy_evt_id).
    Application,
    /// A batch (feeClrId).
    Batch,
    /// An entry beside the cases.
    Entry,
    /// A file (file_qury_no).
    File,
    /// A special case (appy_chk_setl_list_id).
    SpecialCase,
    /// A reconciliation by day (task_key).
    Task,
}

/// Thirty characters, the length of feeClrId in 9201: a letter and 29 hexadecimal digits
/// of the SM3 of the parts, each with its length before it.
pub fn of(named: Named, parts: &[&str]) -> String {
    let letter = match named {
        Named::Application => 'A',
        Named::Batch => 'B',
        Named::Entry => 'E',
        Named::File => 'F',
        Named::SpecialCase => 'S',
        Named::Task => 'T',
    };
    let text: String = parts
        .iter()
        .map(|part| format!("{}:{part}", part.len()))
        .collect();
    let digest = sm::sm3(&[text.as_bytes()]).to_hex().to_uppercase();
    format!("{letter}{}", digest.get(..29).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_tell_their_parts_apart() {
        let id = of(Named::Batch, &["H1", "202610", "310"]);
        assert_eq!(id.len(), 30);
        assert_eq!(id, of(Named::Batch, &["H1", "202610", "310"]));
        assert_ne!(id, of(Named::Batch, &["H12", "02610", "310"]));
        assert_ne!(id, of(Named::Application, &["H1", "202610", "310"]));
    }
}
