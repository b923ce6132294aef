//! Fields of the node `bldinfo` (输血信息): the
//! provincial layout in its order, then what only other layouts carry.

super::field_table! {
    node Bldinfo;
    SETL_LIST_BLD_ID = "setl_List_bld_Id" "结算清单输血ID" text(30) alias ["setl_list_bld_id"] in [Provincial] required [Provincial];
    PSN_NO = "psn_no" "人员编号" text(30) in [Provincial] required [Provincial];
    MDTRT_ID = "mdtrt_id" "就诊ID" text(30) in [Provincial] required [Provincial];
    SETL_ID = "setl_id" "结算ID" text(30) in [Provincial] required [Provincial];
    BLD_CAT = "bld_cat" "输血品种" text(3) of "bld_cat_code" in [Provincial, National] required [];
    BLD_AMT = "bld_amt" "输血量" number(6, 0) in [Provincial, National] required [];
    BLD_UNT = "bld_unt" "输血计量单位" text(15) in [Provincial, National] required [];
}
