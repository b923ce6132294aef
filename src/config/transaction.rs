//! Settings of the transaction door that hold for all callers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ConfigError;
use crate::operations::TABLE;

/// Whether messages need a signed-in operator. The published text says that signing in
/// precedes other transactions, and its table that `sign_no` may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SignNo {
    /// `sign_no` is not looked at.
    #[default]
    Ignored,
    /// Every message but 9001 carries one.
    Present,
    /// It stands for an operator of the caller who signed in that day and is not signed out.
    Live,
}

/// 交易报文入口 / the transaction door.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransactionDoor {
    /// CSB 时间戳允许相差的秒数，公布值为 30 分钟 / distance allowed between `_api_timestamp` and our
    /// clock, in seconds; 30 minutes are published.
    pub csb_window_seconds: u32,
    /// TIF 时间戳允许相差的秒数，未见公布 / the same for `x-tif-timestamp`; nothing is published.
    pub tif_window_seconds: u32,
    /// 签到要求：ignored 不检查，present 须填写，live 须为当日有效签到 / whether messages need a
    /// signed-in operator.
    pub sign_no: SignNo,
    /// 接受的接口版本号 infver，空为不限 / values of `infver` that are taken; none: every one.
    pub infver: Vec<String>,
    /// 接受的接收方系统代码，空为不限 / values of `recer_sys_code` that are taken; none: every one.
    pub recer_sys_code: Vec<String>,
    /// 是否以 warn_msg 提示（公布的表中无此成员）/ whether remarks on a message are answered in
    /// `warn_msg`, a member that no published table has.
    pub warnings: bool,
    /// 本网关编号在当地的编号，如 370101 = "610101" / our own numbers where they are other ones here.
    pub infnos: BTreeMap<String, String>,
    /// 固定路径及其交易编号，空字符串关闭一个路径 / further paths, each with the one number that is
    /// called there; an empty number closes a path.
    pub paths: BTreeMap<String, String>,
}

/// Paths that integrations of single provinces use (FSI paths; XJ-K01-2021 V8.1).
const PATHS: [(&str, &str); 10] = [
    ("/fsi/api/medinfoupload/setllistinfoupld", "4101"),
    ("/fsi/api/medinfoupload/setllistinfoupldA", "4101A"),
    ("/fsi/api/medinfoupload/queryQltctrlProblemPage", "4104"),
    (
        "/api/fsiextend/mdcsFundSetl/queryMdcsFundSetlListSttInfo",
        "4105",
    ),
    (
        "/fsi/api/cpc/data/fsiQueryCpcDataService/queryDrgGrpRsltListPage",
        "3605",
    ),
    (
        "/fsi/api/cpc/data/fsiQueryCpcDataService/queryQltctrlProblemPage",
        "3607",
    ),
    ("/fsi/api/ybSettlementStmtService/stmtTotal", "3201"),
    ("/fsi/api/ybSettlementStmtService/stmtDetail", "3202"),
    (
        "/api/fsiextend/medinsmonsettlement/medinsDaySetlReconciliation",
        "3211",
    ),
    (
        "/api/fsiextend/medinsmonsettlement/qMedinsDaySetlResult",
        "3212",
    ),
];

impl Default for TransactionDoor {
    fn default() -> TransactionDoor {
        let owned = |(path, infno): (&str, &str)| (path.to_owned(), infno.to_owned());
        TransactionDoor {
            csb_window_seconds: 1_800,
            tif_window_seconds: 300,
            sign_no: SignNo::Ignored,
            infver: Vec::new(),
            recer_sys_code: Vec::new(),
            warnings: true,
            infnos: BTreeMap::new(),
            paths: PATHS.into_iter().map(owned).collect(),
        }
    }
}

impl TransactionDoor {
    /// The number under which a transaction of the table is called here.
    pub fn infno<'a>(&'a self, ours: &'a str) -> &'a str {
        self.infnos.get(ours).map_or(ours, String::as_str)
    }

    /// The further paths that are open.
    pub fn open_paths(&self) -> impl Iterator<Item = &str> {
        self.paths
            .iter()
            .filter(|(_, infno)| !infno.is_empty())
            .map(|(path, _)| path.as_str())
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let ours = || TABLE.iter().flat_map(|row| row.transactions);
        if self
            .infnos
            .keys()
            .any(|infno| !ours().any(|transaction| transaction.infno == infno))
        {
            return Err(ConfigError::Invalid {
                zh: "transaction.infnos 只能改本网关已有的交易编号",
                en: "transaction.infnos renames transactions that this gateway has",
            });
        }
        let mut seen = std::collections::HashSet::new();
        let unlike = |infno: &str| {
            !(1..=6).contains(&infno.len()) || !infno.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        for transaction in ours() {
            let infno = self.infno(transaction.infno);
            if unlike(infno) || !seen.insert(infno) {
                return Err(ConfigError::Invalid {
                    zh: "transaction.infnos 的编号须为 1 至 6 位字母数字且互不相同",
                    en: "numbers of transaction.infnos are 1 to 6 letters and digits, each once",
                });
            }
        }
        let plain = |path: &str| {
            let letter = |b: u8| b.is_ascii_alphanumeric() || b"/-_.".contains(&b);
            path.starts_with('/') && path.bytes().all(letter) && !path.starts_with("/api/v1/")
        };
        if !self.open_paths().all(plain) {
            return Err(ConfigError::Invalid {
                zh: "transaction.paths 须为以“/”开头的固定路径，且不在 /api/v1/ 之下",
                en: "transaction.paths begin with '/', hold no pattern, and stand outside /api/v1/",
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed(ours: &str, local: &str) -> TransactionDoor {
        TransactionDoor {
            infnos: [(ours.to_owned(), local.to_owned())].into(),
            ..TransactionDoor::default()
        }
    }

    #[test]
    fn numbers_stay_apart() {
        assert!(TransactionDoor::default().check().is_ok());
        assert!(renamed("370101", "610101").check().is_ok());
        for (ours, local) in [
            ("370101", "4101"),
            ("370101", "37-1"),
            ("1", "2"),
            ("370101", ""),
        ] {
            assert!(renamed(ours, local).check().is_err(), "{ours} {local}");
        }
    }

    #[test]
    fn a_path_is_a_path() {
        for (path, taken) in [
            ("/a/b", true),
            ("a", false),
            ("/{x}", false),
            ("/api/v1/reports", false),
        ] {
            let door = TransactionDoor {
                paths: [(path.to_owned(), "4101".to_owned())].into(),
                ..TransactionDoor::default()
            };
            assert_eq!(door.check().is_ok(), taken, "{path}");
        }
    }
}
