//! The official layout: sheets and headings.

/// A sheet: its name and the headings it must have, then those it may have.
pub(super) struct Layout {
    pub(super) sheet: &'static str,
    pub(super) needed: &'static [Heading],
    pub(super) optional: &'static [Heading],
}

/// A heading with the other spellings under which it is known.
pub(super) type Heading = &'static [&'static str];

pub(super) const MDC: Layout = Layout {
    sheet: "MDC",
    needed: &[
        &["MDC编码", "MDC"],
        &["MDC名称"],
        &["MDC规则"],
        &["排序", "MDC排序"],
    ],
    optional: &[],
};

/// The row number is this project's column; it is written only where the rows of
/// a core group are not numbered in their order.
pub(super) const ADRG: Layout = Layout {
    sheet: "ADRG",
    needed: &[
        &["ADRG编码", "ADRG"],
        &["ADRG名称"],
        &["ADRG规则"],
        &["所属MDC编码", "所属MDC"],
        &["MDC内排序", "排序"],
    ],
    optional: &[&["ADRG行号"]],
};

/// The weight and all columns behind it are this project's: local schemes have them.
pub(super) const DRG: Layout = Layout {
    sheet: "DRG",
    needed: &[
        &["DRG", "DRG编码"],
        &["DRG名称"],
        &["DRG规则"],
        &["所属ADRG编码", "所属ADRG"],
        &["所属MDC编码", "所属MDC"],
        &["排序", "DRG排序"],
    ],
    optional: &[&["权重"]],
};

pub(super) const SETS: Layout = Layout {
    sheet: "集合",
    needed: &[
        &["集合编号"],
        &["ICD编码"],
        &["ICD名称"],
        &["类型编号", "类型"],
    ],
    optional: &[],
};

pub(super) const CC: Layout = Layout {
    sheet: "CC",
    needed: &[&["疾病编码"], &["疾病名称"], &["排除表"], &["类型"]],
    optional: &[],
};

pub(super) const EXCLUSIONS: Layout = Layout {
    sheet: "排除表",
    needed: &[&["集合编号"], &["ICD编码"], &["ICD名称"]],
    optional: &[],
};

/// The heading under which a column is written.
pub(super) fn title(heading: Heading) -> &'static str {
    heading.first().copied().unwrap_or_default()
}

/// What a complication without an exclusion set has in its place.
pub(super) const NO_EXCLUSIONS: &str = "-";
