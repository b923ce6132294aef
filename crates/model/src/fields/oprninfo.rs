//! Fields of the node `oprninfo` (手术操作信息): the
//! provincial layout in its order, then what only other layouts carry.

super::field_table! {
    node Oprninfo;
    OPRN_OPRT_TYPE = "oprn_oprt_type" "手术操作类别" text(3) of "oprn_oprt_type" in [Provincial, National, Legacy] required [Provincial, National, Legacy];
    OPRN_OPRT_NAME = "oprn_oprt_name" "手术操作名称" text(500) in [Provincial, National, Legacy] required [Provincial, National, Legacy];
    OPRN_OPRT_CODE = "oprn_oprt_code" "手术操作代码" text(30) in [Provincial, National, Legacy] required [Provincial, National, Legacy];
    ANST_WAY = "anst_way" "麻醉方式" text(6) of "anst_mtd_code" in [Provincial, National, Legacy] required [];
    OPER_DR_CODE = "oper_dr_code" "术者医师代码" text(20) in [Provincial, National, Legacy] required [Provincial, National, Legacy];
    ANST_DR_CODE = "anst_dr_code" "麻醉医师代码" text(20) in [Provincial, National, Legacy] required [];
    OPRN_OPRT_BEGNTIME = "oprn_oprt_begntime" "手术操作开始时间" date_time() in [Provincial, National] required [];
    OPRN_OPRT_ENDTIME = "oprn_oprt_endtime" "手术操作结束时间" date_time() in [Provincial, National] required [];
    ANST_BEGNTIME = "anst_begntime" "麻醉开始时间" date_time() in [Provincial, National] required [];
    ANST_ENDTIME = "anst_endtime" "麻醉结束时间" date_time() in [Provincial, National] required [];
    OPRN_OPRT_DATE = "oprn_oprt_date" "手术操作日期" date() in [Legacy] required [Legacy];
    OPER_DR_NAME = "oper_dr_name" "术者医师姓名" text(50) in [Legacy] required [Legacy];
    ANST_DR_NAME = "anst_dr_name" "麻醉医师姓名" text(50) in [Legacy] required [];
}
