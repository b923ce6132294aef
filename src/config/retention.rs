//! How long data is kept.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// 数据保存期限，到期由作业删除；正式结果、月结与审计链从不删除 / how long data is kept before the retention job deletes it. Official results, decisions
/// on months and the audit chain are never deleted.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// 发件箱中已送达与已放弃报文的保存天数 / delivered and dropped messages of the outbox, in days.
    pub outbox_days: u32,
    /// 清单、结算记录、病案首页及其质控与分组结果在结算月之后保存的月数，0 为不删除，否则不小于 24
    /// / lists, settlement records and front pages with their QC results and groupings, in months
    /// after the settlement month; 0 keeps them.
    pub patient_months: u32,
}

/// Shortest time that patient data may be kept, in months: a year's clearing and the
/// objections to it must find their cases.
const LEAST_MONTHS: u32 = 24;

impl Default for Retention {
    fn default() -> Retention {
        Retention {
            outbox_days: 90,
            patient_months: 0,
        }
    }
}

impl Retention {
    /// What does not hold, in Chinese and English.
    pub(super) fn fault(&self) -> Option<(&'static str, &'static str)> {
        if self.patient_months != 0 && self.patient_months < LEAST_MONTHS {
            return Some((
                "retention.patient_months 应为 0（不删除）或不小于 24",
                "retention.patient_months must be 0 (keep) or at least 24",
            ));
        }
        if self.outbox_days == 0 {
            return Some((
                "retention.outbox_days 必须大于 0",
                "retention.outbox_days must be above 0",
            ));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patient_data_is_kept_for_two_years_at_least() {
        let retention = |patient_months| Retention {
            patient_months,
            ..Retention::default()
        };
        assert!(retention(0).fault().is_none());
        assert!(retention(1).fault().is_some());
        assert!(retention(24).fault().is_none());
    }
}
