//! Fields and codes, each with the rules that its absence or value raises.

/// Fields of setlinfo that must be filled, by the rule that says so and its phase.
pub(crate) fn required() -> Vec<(&'static str, &'static str, &'static str)> {
    let both = [
        "mdtrt_id",
        "fixmedins_name",
        "fixmedins_code",
        "medcasno",
        "psn_name",
        "gend",
        "brdy",
        "ntly",
        "naty",
        "patn_cert_type",
        "certno",
        "prfs",
        "coner_name",
        "patn_rlts",
        "coner_addr",
        "coner_tel",
        "hi_type",
        "insuplc",
        "ipt_med_type",
        "adm_caty",
        "dscg_caty",
    ];
    let post = [
        "setl_id",
        "bill_code",
        "bill_no",
        "biz_sn",
        "setl_begn_date",
        "setl_end_date",
        "psn_selfpay",
        "psn_ownpay",
        "acct_pay",
        "psn_cashpay",
        "hi_paymtd",
        "hsorg",
        "hsorg_opter",
        "medins_fill_dept",
        "medins_fill_psn",
    ];
    let later = [
        ("adm_time", "INT-037"),
        ("dscg_time", "INT-038"),
        ("act_ipt_days", "INT-039"),
        ("dscg_way", "INT-040"),
        ("adm_way", "INT-041"),
        ("trt_type", "INT-042"),
        ("hi_setl_lv", "INT-043"),
        ("hi_no", "INT-044"),
        ("chfpdr_name", "INT-045"),
        ("chfpdr_code", "INT-045"),
        ("resp_nurs_code", "INT-046"),
        ("days_rinp_flag_31", "INT-047"),
    ];
    let numbered = |from: usize, phase: &'static str| {
        move |(place, field): (usize, &'static str)| {
            let rule: &'static str = Box::leak(format!("INT-{:03}", from + place).into_boxed_str());
            (field, rule, phase)
        }
    };
    let both = both.into_iter().enumerate().map(numbered(1, "both"));
    let post = post.into_iter().enumerate().map(numbered(22, "post"));
    let later = later.into_iter().map(|(field, rule)| (field, rule, "both"));
    both.chain(post).chain(later).collect()
}

/// Values of setlinfo outside their form or value set.
pub(super) const VALUES: [(&str, &str, &[&str]); 51] = [
    ("gend", "3", &["FMT-001"]),
    ("gend", "男", &["FMT-001"]),
    ("brdy", "19800203", &["FMT-003"]),
    ("dscg_time", "2026-10-32 08:00", &["FMT-004"]),
    ("fixmedins_code", "H6104010000", &["FMT-008"]),
    ("insuplc", "61040", &["FMT-009"]),
    ("poscode", "71200", &["FMT-010"]),
    ("psn_name", "样例1", &["FMT-013"]),
    ("age", "151", &["FMT-015", "TIM-005"]),
    ("age", "四十", &["FMT-015"]),
    ("nwb_bir_wt", "100", &["FMT-017"]),
    ("nwb_bir_wt", "3000；2900", &["FMT-017", "FMT-020"]),
    ("vent_used_dura", "1/25/0", &["FMT-021"]),
    ("pwcry_bfadm_coma_dura", "3小时", &["FMT-022"]),
    ("dscg_way", "6", &["FMT-025"]),
    ("adm_way", "4", &["FMT-027"]),
    ("trt_type", "7", &["FMT-028"]),
    ("ipt_med_type", "3", &["FMT-029"]),
    ("hi_type", "3", &["FMT-030"]),
    ("hi_type", "310", &["FMT-030"]),
    ("hi_paymtd", "8", &["FMT-031"]),
    ("nwb_adm_type", "7", &["FMT-032"]),
    ("prfs", "99", &["FMT-033"]),
    ("patn_rlts", "ZZ", &["FMT-034"]),
    ("naty", "57", &["FMT-035"]),
    ("ntly", "XXX", &["FMT-035"]),
    ("medcasno", "12345", &["FMT-049"]),
    ("act_ipt_days", "0", &["TIM-009", "TIM-010"]),
    ("act_ipt_days", "九", &["TIM-009"]),
    ("acct_pay", "1.234", &["FEE-004", "FMT-050"]),
    ("psn_cashpay", "-1", &["FEE-004", "FMT-051"]),
    ("adm_caty", "Z99", &["COD-020"]),
    ("refldept_dept", "A03→Z99", &["COD-020"]),
    ("refldept_dept", "A03,A04", &["COD-020", "FMT-048"]),
    ("wm_dise_code", "A00.0", &["COD-005"]),
    ("wm_dise_code", "V01.000", &["COD-005", "COD-006"]),
    ("dscg_way", "2", &["INT-050"]),
    ("dscg_way", "3", &["INT-050"]),
    ("days_rinp_flag_31", "2", &["INT-048"]),
    ("trt_type", "3", &["INT-064"]),
    ("bld_cat", "1", &["INT-080"]),
    ("dcla_time", "2020-01-01 00:00:00", &["TIM-037"]),
    ("setl_end_date", "2099-01-01", &["TIM-026"]),
    ("lv1_nurscare_days", "-1", &["TIM-034"]),
    ("vent_used_dura", "9999/0/0", &["TIM-020"]),
    ("pwcry_afadm_coma_dura", "9999/0/0", &["TIM-022"]),
    ("hsorg", "-", &[]),
    ("coner_name", "-", &["INT-086"]),
    ("mdtrt_id", "无", &["INT-086"]),
    ("diag_code_cnt", "99", &["INT-087"]),
    ("oprn_oprt_code_cnt", "99", &["INT-088"]),
];

/// Principal diagnoses that may not be one, or not with these others.
pub(super) const MAINS: [(&str, &[&str]); 12] = [
    ("B95.000", &["GRP-001", "LOG-011"]),
    ("U82.100", &["GRP-001", "LOG-012"]),
    ("R65.200", &["GRP-001", "LOG-013"]),
    ("Z87.800", &["GRP-001", "LOG-014"]),
    ("Z95.000", &["COD-015", "GRP-001", "LOG-014"]),
    ("T31.000", &["GRP-001"]),
    ("C34.900", &["COD-015", "GRP-001"]),
    ("V01.000", &["COD-001", "COD-009", "GRP-001"]),
    ("A41.900", &[]),
    ("ZZ", &["COD-001", "FMT-055", "GRP-001"]),
    ("Z99.999", &["COD-001", "GRP-001", "LOG-014"]),
    ("", &["INT-061"]),
];

/// Other diagnoses added to a list.
pub(super) const OTHERS: [(&str, &[&str]); 12] = [
    ("A00.999x999", &["COD-001"]),
    ("V01.000x001", &["COD-001", "COD-009"]),
    ("M80000/3", &["COD-001", "COD-010", "FMT-055"]),
    ("K77.0*", &["COD-001", "COD-011", "FMT-055"]),
    ("e11.900", &["COD-001", "FMT-055", "FMT-057"]),
    (" E11.900", &["COD-001", "FMT-055", "FMT-057"]),
    ("E11.9", &["COD-001", "FMT-055"]),
    ("Z38.000", &["CLI-007"]),
    ("P59.900", &["CLI-009"]),
    ("B35.300", &[]),
    ("A01.002+G01*", &[]),
    ("O03.900", &["CLI-001"]),
];

/// Procedures added to a list that has one.
pub(super) const PROCEDURES: [(&str, &[&str]); 6] = [
    ("99.9999x999", &["COD-002"]),
    ("47.01", &["COD-002", "FMT-056"]),
    ("47.0100 ", &["COD-002", "FMT-056", "FMT-057"]),
    ("96.7201", &["INT-081"]),
    ("96.7101", &["INT-081"]),
    ("无", &["FMT-053"]),
];
