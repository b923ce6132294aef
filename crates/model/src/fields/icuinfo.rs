//! Fields of the node `icuinfo` (重症监护信息): the
//! provincial layout in its order, then what only other layouts carry.

super::field_table! {
    node Icuinfo;
    SCS_CUTD_WARD_TYPE = "scs_cutd_ward_type" "重症监护病房类型" text(6) of "icu_type" in [Provincial, National, Legacy] required [Provincial, National, Legacy];
    SCS_CUTD_INPOOL_TIME = "scs_cutd_inpool_time" "重症监护进入时间" date_time() in [Provincial, National, Legacy] required [Provincial, National, Legacy];
    SCS_CUTD_EXIT_TIME = "scs_cutd_exit_time" "重症监护退出时间" date_time() in [Provincial, National, Legacy] required [Provincial, National, Legacy];
    SCS_CUTD_SUM_DURA = "scs_cutd_sum_dura" "重症监护合计时长" text(10) in [Provincial, National, Legacy] required [Provincial, National, Legacy];
}
