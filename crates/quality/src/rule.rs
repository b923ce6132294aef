//! One rule of the catalogue.

use std::sync::Arc;

use chs_model::{Field, Node};
use serde::{Deserialize, Serialize};

use crate::companions::{DocumentId, Member};
use crate::proof::Proof;
use crate::typed::{Cond, Number, Place, RowSet, Text};

/// Fields that a grouper reads.
const GROUPING: [&str; 15] = [
    "setlinfo.gend",
    "setlinfo.brdy",
    "setlinfo.age",
    "setlinfo.nwb_age",
    "setlinfo.nwb_bir_wt",
    "setlinfo.nwb_adm_wt",
    "setlinfo.dscg_way",
    "setlinfo.act_ipt_days",
    "setlinfo.vent_used_dura",
    "diseinfo",
    "diseinfo.diag_code",
    "diseinfo.maindiag_flag",
    "oprninfo",
    "oprninfo.oprn_oprt_code",
    "oprninfo.oprn_oprt_type",
];

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Advice.
    Info,
    /// Must be reviewed or confirmed.
    Warning,
    /// Blocks settlement before, refuses the list after upload.
    Error,
}

/// When a check runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// 事前质控: before settlement, at discharge.
    Pre,
    /// 事后质控: after upload.
    Post,
}

/// In which phases a rule takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phases {
    /// Only before settlement.
    Pre,
    /// Only after upload.
    Post,
    /// In either.
    Both,
}

impl Phases {
    /// Whether a rule of these phases runs in `phase`.
    #[must_use]
    pub fn include(self, phase: Phase) -> bool {
        match self {
            Self::Both => true,
            Self::Pre => phase == Phase::Pre,
            Self::Post => phase == Phase::Post,
        }
    }
}

/// The categories of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// 完整性
    Completeness,
    /// 规范性
    Format,
    /// 编码有效性
    CodeValidity,
    /// 编码逻辑
    CodingLogic,
    /// 时间一致性
    ConsistencyTime,
    /// 费用一致性
    ConsistencyFee,
    /// 临床一致性
    ConsistencyClinical,
    /// 分组影响
    GroupingImpact,
    /// 监管
    Supervision,
}

/// What the findings of a rule point at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    Node(Node),
    Document(DocumentId),
}

impl Subject {
    pub(crate) fn is_of(self, document: DocumentId) -> bool {
        self == Self::Document(document)
    }
}

/// Where the findings of a rule point.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) subject: Subject,
    /// The principal row of the node, or the rows that made the condition true.
    pub(crate) place: Place,
    /// Fields of the node, the first one that had a part in it is pointed at; without
    /// any, the node is.
    pub(crate) fields: Box<[Field]>,
    /// The member of the document, if one is named.
    pub(crate) member: Option<Member>,
}

/// The one way to mend what a rule finds.
#[derive(Debug)]
pub(crate) enum Mend {
    /// Take the row out.
    Remove,
    /// Give a field another value, in the row of the finding or in `setlinfo`.
    Text(Field, Text),
    Number(Field, Number),
}

/// A compiled rule.
#[derive(Debug)]
pub struct Rule {
    pub(crate) id: Arc<str>,
    pub(crate) category: Category,
    pub(crate) phases: Phases,
    pub(crate) severity: Severity,
    pub(crate) fields: Vec<String>,
    pub(crate) condition: String,
    pub(crate) message: Arc<str>,
    pub(crate) message_en: Arc<str>,
    pub(crate) source: String,
    pub(crate) needs: Vec<String>,
    pub(crate) suppressed_by: Vec<Arc<str>>,
    pub(crate) fires: Vec<Proof>,
    pub(crate) quiet: Vec<Proof>,
    pub(crate) compiled: Cond,
    pub(crate) target: Target,
    pub(crate) mend: Option<Mend>,
    /// Without a row of each the condition cannot be true.
    pub(crate) gates: Box<[RowSet]>,
}

impl Rule {
    /// Id, such as `QC-INT-006`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Category of the catalogue.
    #[must_use]
    pub fn category(&self) -> Category {
        self.category
    }

    /// When it runs.
    #[must_use]
    pub fn phases(&self) -> Phases {
        self.phases
    }

    /// How grave its findings are.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Fields it is about, as `node.field`.
    #[must_use]
    pub fn fields(&self) -> &[String] {
        &self.fields
    }

    /// The condition as written; true raises a finding.
    #[must_use]
    pub fn condition(&self) -> &str {
        &self.condition
    }

    /// What is wrong, Chinese.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What is wrong, English.
    #[must_use]
    pub fn message_en(&self) -> &str {
        &self.message_en
    }

    /// The publication the rule comes from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Inputs outside the list that the condition asks for, such as `table mcc`.
    #[must_use]
    pub fn needs(&self) -> &[String] {
        &self.needs
    }

    /// Whether its fields take part in grouping.
    #[must_use]
    pub fn touches_grouping(&self) -> bool {
        self.mend.is_some()
            || self
                .fields
                .iter()
                .any(|field| GROUPING.contains(&field.as_str()))
    }

    /// Rules whose finding on the same row makes this one unnecessary.
    pub fn suppressed_by(&self) -> impl Iterator<Item = &str> {
        self.suppressed_by.iter().map(|id| &**id)
    }

    /// Changes to a clean list that must raise the rule.
    #[must_use]
    pub fn fires(&self) -> &[Proof] {
        &self.fires
    }

    /// Changes to a clean list that come near the rule and must not raise it.
    #[must_use]
    pub fn quiet(&self) -> &[Proof] {
        &self.quiet
    }
}
