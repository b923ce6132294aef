//! `docs/ERRORS.md`, printed from the table.

use super::ErrorCode;

/// The table as Markdown, for `docs/ERRORS.md`.
pub fn as_markdown() -> String {
    use std::fmt::Write;
    let mut out = String::from(
        "# 错误码 / Error codes\n\n由错误表生成，请勿手改 / printed from `src/error/codes.rs`, do not edit.\n\n\
         | code | HTTP | 可重试 retry | 原因 cause | 医院 hospital | 运维 operator |\n|---|---|---|---|---|---|\n",
    );
    for code in ErrorCode::ALL {
        let row = code.row();
        // Writing into a String cannot fail.
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} / {} | {} | {} |",
            row.code,
            row.status,
            if row.retryable { "是 yes" } else { "否 no" },
            row.zh,
            row.en,
            row.hospital,
            row.operator
        );
    }
    out
}
