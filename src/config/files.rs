//! Files of transactions 9101 and 9102, and what is compared by them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// 文件往来（9101、9102）与对账（3201、3202、3211、3212）/ files that are exchanged, and reconciliation
/// by them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// 单个文件最大字节数（按传输时的大小）；以 JSON 传送时另受 limits.body_bytes 约束 / largest file as
    /// it travels, in bytes; inside JSON it must fit `limits.body_bytes` too.
    pub file_bytes: usize,
    /// 解压后最大字节数 / most bytes that a file may inflate to.
    pub inflated_bytes: u64,
    /// 一次对账任一方的最大行数 / most records of either side of one comparison.
    pub most_rows: usize,
    /// 每家机构同时保存的文件总字节数 / bytes of files kept for one institution at a time.
    pub institution_bytes: u64,
    /// 文件保存天数，到期由作业删除 / days that a file is kept.
    pub keep_days: u32,
    /// 9102 是否以文件流应答；否则为 JSON，文件以 Base64 在 output 内。约定签名或加密的调用方一律为 JSON
    /// / whether 9102 is answered by the file itself; else by JSON with the file in Base64, as
    /// callers with signed or encrypted input always are.
    pub streamed: bool,
    /// 3201、3202 的 refd_setl_flag 是否限定双方的记录；否则退费与正常结算一并计算 / whether
    /// refd_setl_flag limits the records of both sides; else refunds count with the rest.
    pub refund_flag_limits: bool,
    /// 是否提供日对账（3211、3212，仅见于一个地区平台）/ whether reconciliation by day is offered; it is
    /// known from one regional platform only.
    pub by_day: bool,
}

impl Default for Files {
    fn default() -> Files {
        Files {
            file_bytes: 8 * 1024 * 1024,
            inflated_bytes: 64 * 1024 * 1024,
            most_rows: 200_000,
            institution_bytes: 256 * 1024 * 1024,
            keep_days: 30,
            streamed: true,
            refund_flag_limits: true,
            by_day: true,
        }
    }
}

impl Files {
    /// What does not hold, in Chinese and English.
    pub(super) fn fault(&self) -> Option<(&'static str, &'static str)> {
        let bounds = [
            u64::try_from(self.file_bytes).unwrap_or(u64::MAX),
            self.inflated_bytes,
            u64::try_from(self.most_rows).unwrap_or(u64::MAX),
            u64::from(self.keep_days),
        ];
        if bounds.contains(&0) {
            return Some((
                "files 的各项限额必须大于 0",
                "the bounds of files must be above 0",
            ));
        }
        if self.institution_bytes < u64::try_from(self.file_bytes).unwrap_or(u64::MAX) {
            return Some((
                "files.institution_bytes 不得小于 files.file_bytes",
                "files.institution_bytes must hold one file of files.file_bytes",
            ));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_hold_together() {
        let files = |change: fn(&mut Files)| {
            let mut files = Files::default();
            change(&mut files);
            files.fault().is_some()
        };
        assert!(!files(|_| {}));
        assert!(files(|files| files.keep_days = 0));
        assert!(files(|files| files.most_rows = 0));
        assert!(files(|files| files.institution_bytes = 1));
    }
}
