//! Fields of the node `payinfo` (基金支付信息): the
//! provincial layout in its order, then what only other layouts carry.

super::field_table! {
    node Payinfo;
    FUND_PAY_TYPE = "fund_pay_type" "基金支付类型" text(6) of "fund_pay_type" in [Provincial, Legacy] required [Provincial, Legacy];
    FUND_PAYAMT = "fund_payamt" "基金支付金额" number(14, 2) in [Provincial, Legacy] required [Provincial, Legacy];
}
