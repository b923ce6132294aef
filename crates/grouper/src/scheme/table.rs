//! The rows of a scheme as the engine walks them.

use crate::engine::Test;
use crate::rule::Rule;
use crate::scheme::codes::Bit;
use rust_decimal::Decimal;
use std::ops::Range;

/// A major diagnostic category (主要诊断大类).
#[derive(Debug)]
pub struct Mdc {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) rule: Rule,
    pub(crate) test: Test,
    /// Its rows in [`Scheme::adrg_rows`](crate::Scheme::adrg_rows).
    pub(crate) rows: Range<usize>,
    /// The sets that its rule asks the principal diagnosis to be in.
    pub(crate) principal: Vec<Bit>,
    /// What an ambiguous case of this category is coded, `GQY`.
    pub(crate) ambiguous: String,
}

impl Mdc {
    /// The code, such as `MDCF`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The Chinese name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The condition of entering the category.
    #[must_use]
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// The letter in group codes: `F` of `MDCF`.
    #[must_use]
    pub fn letter(&self) -> &str {
        self.code.strip_prefix("MDC").unwrap_or(&self.code)
    }
}

/// One row of the core groups (核心疾病诊断相关组): a core group has one or several.
#[derive(Debug)]
pub struct AdrgRow {
    pub(crate) adrg: String,
    pub(crate) row: u32,
    pub(crate) mdc: String,
    pub(crate) name: String,
    pub(crate) rule: Rule,
    pub(crate) test: Test,
    /// Its groups in [`Scheme::drgs`](crate::Scheme::drgs).
    pub(crate) drgs: Range<usize>,
    pub(crate) ambiguous: bool,
    pub(crate) asks_for_procedure: bool,
}

impl AdrgRow {
    /// The core group's code, such as `FK2`; `FQY` for the ambiguous one.
    #[must_use]
    pub fn adrg(&self) -> &str {
        &self.adrg
    }

    /// The core group's Chinese name; empty where the scheme publishes none.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which of the core group's rows this is, from 1.
    #[must_use]
    pub fn row(&self) -> u32 {
        self.row
    }

    /// The category it belongs to.
    #[must_use]
    pub fn mdc(&self) -> &str {
        &self.mdc
    }

    /// The condition of entering the core group by this row.
    #[must_use]
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// Whether a hit is an ambiguous case (歧义病例, QY).
    #[must_use]
    pub fn is_ambiguous(&self) -> bool {
        self.ambiguous
    }
}

/// A group (疾病诊断相关组).
#[derive(Debug)]
pub struct Drg {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) adrg: String,
    pub(crate) mdc: String,
    pub(crate) rule: Rule,
    pub(crate) test: Test,
    pub(crate) weight: Option<Decimal>,
    pub(crate) local: Vec<(String, String)>,
}

impl Drg {
    /// The code, such as `FK29`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The Chinese name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The core group it divides.
    #[must_use]
    pub fn adrg(&self) -> &str {
        &self.adrg
    }

    /// The category it belongs to.
    #[must_use]
    pub fn mdc(&self) -> &str {
        &self.mdc
    }

    /// The condition of entering the group from its core group.
    #[must_use]
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// The weight (权重) that the scheme's area published; national schemes have none.
    #[must_use]
    pub fn weight(&self) -> Option<Decimal> {
        self.weight
    }

    /// Further columns of the area, such as `系数-一级`, as published: name and text.
    #[must_use]
    pub fn local(&self) -> &[(String, String)] {
        &self.local
    }
}
