//! Fields of the node `iteminfo` (收费项目信息): the
//! provincial layout in its order, then what only other layouts carry.

super::field_table! {
    node Iteminfo;
    MED_CHRGITM = "med_chrgitm" "医疗收费项目" text(6) of "med_chrgitm_type" in [Legacy] required [Legacy];
    AMT = "amt" "金额" number(14, 2) in [Legacy] required [Legacy];
    CLAA_SUMFEE = "claa_sumfee" "甲类费用合计" number(14, 2) in [Legacy] required [Legacy];
    CLAB_AMT = "clab_amt" "乙类金额" number(14, 2) in [Legacy] required [Legacy];
    FULAMT_OWNPAY_AMT = "fulamt_ownpay_amt" "全自费金额" number(14, 2) in [Legacy] required [Legacy];
    OTH_AMT = "oth_amt" "其他金额" number(14, 2) in [Legacy] required [Legacy];
}
