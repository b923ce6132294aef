//! The fields of transaction 4401 (住院病案首页信息, Hunan V1.1.27 table), node by node, and
//! their JSON Schema. One printed name holds a blank (`oprn_patn_type _code`); it is
//! accepted as printed and without it.

use serde_json::{Map, Value, json};

/// Longest text taken in any field of a row.
const MOST_TEXT: u32 = 1_000;
/// Most rows of a node.
const MOST_ROWS: u32 = 500;

#[rustfmt::skip]
const BASEINFO: [&str; 148] = [
    "mdtrt_sn", "mdtrt_id", "psn_no", "patn_ipt_cnt", "ipt_no", "medcasno", "psn_name", "gend",
    "brdy", "ntly", "ntly_name", "nwb_bir_wt", "nwb_adm_wt", "birplc", "napl", "naty_name", "naty",
    "certno", "prfs", "mrg_stas", "curr_addr_poscode", "curr_addr", "psn_tel", "resd_addr_prov",
    "resd_addr_city", "resd_addr_coty", "resd_addr_subd", "resd_addr_vil", "resd_addr_housnum",
    "resd_addr_poscode", "resd_addr", "empr_tel", "empr_poscode", "empr_addr", "coner_tel",
    "coner_name", "coner_addr", "coner_rlts_code", "adm_way_name", "adm_way_code", "trt_type_name",
    "trt_type", "adm_caty", "adm_ward", "adm_date", "dscg_date", "dscg_caty", "Refldept_caty_name",
    "dscg_ward", "ipt_days", "drug_dicm_flag", "dicm_drug_name", "die_autp_flag", "abo_code",
    "abo_name", "rh_code", "rh_name", "die_flag", "deptdrt_name", "chfdr_name", "atddr_name",
    "chfpdr_name", "ipt_dr_name", "resp_nurs_name", "train_dr_name", "intn_dr_name", "codr_name",
    "qltctrl_dr_name", "qltctrl_nurs_name", "medcas_qlt_name", "medcas_qlt_code", "qltctrl_date",
    "dscg_way_name", "dscg_way", "acp_medins_code", "acp_medins_name", "dscg_31days_rinp_flag",
    "dscg_31days_rinp_pup", "damg_intx_ext_rea", "damg_intx_ext_rea_disecode",
    "brn_damg_bfadm_coma_dura", "brn_damg_afadm_coma_dura", "vent_used_dura", "cnfm_date",
    "patn_dise_diag_crsp", "patn_dise_diag_crsp_code", "ipt_patn_diag_inscp",
    "ipt_patn_diag_inscp_code", "dscg_trt_rslt", "dscg_trt_rslt_code", "medins_orgcode", "age",
    "aise", "pote_intn_dr_name", "hbsag", "hcv-ab", "hiv-ab", "resc_cnt", "resc_succ_cnt",
    "hosp_dise_fsttime", "hif_pay_way_name", "hif_pay_way_code", "med_fee_paymtd_name",
    "medfee_paymtd_code", "selfpay_amt", "medfee_sumamt", "ordn_med_servfee", "ordn_trt_oprt_fee",
    "nurs_fee", "com_med_serv_oth_fee", "palg_diag_fee", "lab_diag_fee", "rdhy_diag_fee",
    "clnc_dise_fee", "nsrgtrt_item_fee", "clnc_phys_trt_fee", "rgtrt_trt_fee", "anst_fee",
    "rgtrt_fee", "rhab_fee", "tcm_trt_fee", "wm_fee", "abtl_medn_fee", "tcmpat_fee", "tcmherb_fee",
    "blo_fee", "albu_fee", "glon_fee", "clotfac_fee", "cyki_fee", "exam_dspo_matl_fee",
    "trt_dspo_matl_fee", "oprn_dspo_matl_fee", "oth_fee", "vali_flag", "fixmedins_code", "ctd",
    "deptdrt_code", "chfdr_code", "atddr_code", "chfpdr_code", "ipt_dr_code", "resp_nurs_code",
    "train_dr_code", "intn_dr_code", "qltctrl_dr_code", "qltctrl_nurs_code", "pote_intn_dr_code",
];

#[rustfmt::skip]
const DISEINFO: [&str; 19] = [
    "palg_no", "ipt_patn_disediag_type_code", "disediag_type", "maindiag_flag", "diag_code",
    "diag_name", "inhosp_diag_code", "inhosp_diag_name", "adm_dise_cond_name", "adm_dise_cond_code",
    "adm_cond", "adm_cond_code", "high_diag_evid", "bkup_deg", "bkup_deg_code", "vali_flag",
    "ipt_medcas_hmpg_sn", "mdtrt_sn", "fixmedins_code",
];

#[rustfmt::skip]
const OPRNINFO: [&str; 40] = [
    "oprn_oprt_date", "oprn_oprt_name", "oprn_oprt_code", "oprn_oprt_sn", "oprn_lv_code",
    "oprn_lv_name", "oper_name", "asit_1_name", "asit_name2", "sinc_heal_lv", "sinc_heal_lv_code",
    "anst_mtd_name", "anst_mtd_code", "anst_dr_name", "oprn_oper_part", "oprn_oper_part_code",
    "oprn_con_time", "anst_lv_name", "anst_lv_code", "oprn_patn_type", "oprn_patn_type _code",
    "main_oprn_flag", "anst_asa_lv_code", "anst_asa_lv_name", "anst_medn_code", "anst_medn_name",
    "anst_medn_dos", "unt", "anst_begntime", "anst_endtime", "anst_copn_code", "anst_copn_name",
    "anst_copn_dscr", "pacu_begntime", "pacu_endtime", "canc_oprn_flag", "vali_flag",
    "ipt_medcas_hmpg_sn", "mdtrt_sn", "oprn_patn_type_code",
];

#[rustfmt::skip]
const ICUINFO: [&str; 12] = [
    "icu_codeid", "inpool_icu_time", "out_icu_time", "medins_orgcode", "nurscare_lv_code",
    "nurscare_lv_name", "nurscare_days", "back_icu", "vali_flag", "ipt_medcas_hmpg_sn", "mdtrt_sn",
    "fixmedins_code",
];

/// Schema of the input: one `baseinfo`, the other nodes as rows. Only what a page is found
/// by and counted with is required; the rest of the printed obligations belong to quality
/// control of the front page.
pub(super) fn schema() -> Value {
    let rows =
        |names: &[&str]| json!({"type": "array", "maxItems": MOST_ROWS, "items": row(names)});
    let mut baseinfo = row(&BASEINFO);
    if let Some(schema) = baseinfo.as_object_mut() {
        schema.insert(
            "required".into(),
            json!([
                "mdtrt_sn",
                "medcasno",
                "psn_name",
                "medfee_sumamt",
                "vali_flag",
                "fixmedins_code"
            ]),
        );
    }
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["baseinfo"],
        "properties": {
            "baseinfo": baseinfo,
            "diseinfo": rows(&DISEINFO),
            "oprninfo": rows(&OPRNINFO),
            "icuinfo": rows(&ICUINFO),
        },
    })
}

fn row(names: &[&str]) -> Value {
    let mut properties = Map::new();
    for name in names {
        let shape = json!({"type": ["string", "number", "null"], "maxLength": MOST_TEXT});
        properties.insert((*name).to_owned(), shape);
    }
    for key in ["mdtrt_sn", "fixmedins_code"] {
        if let Some(shape) = properties.get_mut(key) {
            *shape = json!({"type": "string", "minLength": 1, "maxLength": 30});
        }
    }
    json!({"type": "object", "additionalProperties": false, "properties": properties})
}
