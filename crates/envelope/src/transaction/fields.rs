//! The members of a request but `input`, as the published table has them.

/// One text member of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name on the wire. Mind `mdtrtarea_admvs` beside `insuplc_admdvs`:
    /// both are published so.
    pub name: &'static str,
    /// Its meaning.
    pub zh: &'static str,
    /// Published length in characters.
    pub published: usize,
    /// Longest that any source gives or uses: what lies between the two is a
    /// warning, what lies above is refused.
    pub longest: usize,
    /// Whether a message without it is refused.
    pub required: bool,
}

const fn field(
    name: &'static str,
    zh: &'static str,
    published: usize,
    longest: usize,
    required: bool,
) -> Field {
    Field {
        name,
        zh,
        published,
        longest,
        required,
    }
}

/// The published members in their published order, then those that single
/// provinces add. `recer_sys_code` is published as required, but it has no
/// list of values and is sent empty in one place: the receiver's setting
/// decides.
pub const REQUEST_FIELDS: [Field; 22] = [
    field("infno", "交易编号", 4, 6, true),
    field("msgid", "发送方报文ID", 30, 30, true),
    field("mdtrtarea_admvs", "就医地医保区划", 6, 6, true),
    field("insuplc_admdvs", "参保地医保区划", 6, 6, false),
    field("recer_sys_code", "接收方系统代码", 10, 10, false),
    field("dev_no", "设备编号", 100, 100, false),
    field("dev_safe_info", "设备安全信息", 2000, 2000, false),
    field("cainfo", "数字签名信息", 1024, 1024, false),
    field("signtype", "签名类型", 10, 10, false),
    field("infver", "接口版本号", 6, 6, true),
    field("opter_type", "经办人类别", 3, 3, true),
    field("opter", "经办人", 30, 30, true),
    field("opter_name", "经办人姓名", 50, 50, true),
    field("inf_time", "交易时间", 19, 19, true),
    field("fixmedins_code", "定点医药机构编号", 12, 30, true),
    field("fixmedins_name", "定点医药机构名称", 20, 200, true),
    // Samples of sign_no have 32 characters although 30 are published.
    field("sign_no", "交易签到流水号", 30, 32, false),
    field("fixmedins_soft_fcty", "HIS 厂商名称", 50, 200, false),
    field("enc_type", "加密方式", 10, 10, false),
    field("encType", "加密方式", 10, 10, false),
    field("serv_code", "服务商识别码", 200, 200, false),
    field("serv_sign", "服务商签名", 1024, 1024, false),
];

/// Published length of `input` and `output`.
pub(super) const INPUT_PUBLISHED: usize = 40_000;

/// The field of that name.
pub(super) fn named(name: &str) -> Option<&'static Field> {
    REQUEST_FIELDS.iter().find(|field| field.name == name)
}
