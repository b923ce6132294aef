//! What stands in the place of a procedure code.

/// Placeholders by which senders say "no operation" (未进行手术操作); not codes.
const NO_OPERATION: [&str; 4] = ["无", "0000", "-", "—"];

/// Whether the value of `oprn_oprt_code` names a procedure at all: neither blank nor a
/// placeholder for "no operation" (`无`, `0000`, `-`, `—`, blanks around them ignored).
/// Whether it is a code of the insurance edition is asked of [`crate::icd::procedure`].
#[must_use]
pub fn names_procedure(value: &str) -> bool {
    let value = value.trim();
    !value.is_empty() && !NO_OPERATION.contains(&value)
}

#[cfg(test)]
mod tests {
    use super::names_procedure;

    #[test]
    fn placeholders_and_blanks_name_no_procedure() {
        for value in ["", "  ", "无", " 无 ", "0000", "-", "—"] {
            assert!(!names_procedure(value), "{value:?}");
        }
        for value in ["47.0100", " 88.7200", "00.0000", "不详"] {
            assert!(names_procedure(value), "{value:?}");
        }
    }
}
