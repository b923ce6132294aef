//! Fields of the node `opspdiseinfo` (门诊慢特病诊断信息): the
//! provincial layout in its order, then what only other layouts carry.

super::field_table! {
    node Opspdiseinfo;
    OPRN_OPRT_NAME = "oprn_oprt_name" "手术操作名称" text(500) in [Provincial, National, Legacy] required [Legacy];
    OPRN_OPRT_CODE = "oprn_oprt_code" "手术操作代码" text(30) in [Provincial, National, Legacy] required [Legacy];
    DIAG_NAME = "diag_name" "诊断名称" text(100) in [National, Legacy] required [National, Legacy];
    DIAG_CODE = "diag_code" "诊断代码" text(20) in [National, Legacy] required [National, Legacy];
}
