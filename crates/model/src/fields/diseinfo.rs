//! Fields of the node `diseinfo` (住院诊断信息): the
//! provincial layout in its order, then what only other layouts carry.

super::field_table! {
    node Diseinfo;
    DIAG_TYPE = "diag_type" "诊断类别" text(3) of "diag_type" in [Provincial, National, Legacy] required [Provincial, National, Legacy];
    DIAG_CODE = "diag_code" "诊断代码" text(20) in [Provincial, National, Legacy] required [Provincial, National, Legacy];
    DIAG_NAME = "diag_name" "诊断名称" text(500) in [Provincial, National, Legacy] required [Provincial, National, Legacy];
    ADM_COND_TYPE = "adm_cond_type" "入院病情类型" text(3) of "adm_cond_type" in [Provincial, National, Legacy] required [Provincial, National];
    MAINDIAG_FLAG = "maindiag_flag" "主诊断标志" text(3) of "maindiag_flag" in [Provincial, National, Legacy] required [Provincial, National];
}
