//! What is refused in a transaction message, and what is only remarked.

use crate::canonical::JsonError;

/// Why a request is refused. Nothing here depends on a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The body is not JSON, or a key stands twice in it.
    #[error("报文不是合法的 JSON：{0} / the message is not valid JSON")]
    Json(#[source] JsonError),
    /// The body is JSON, but not an object.
    #[error("报文不是 JSON 对象 the message is not a JSON object")]
    NotAnObject,
    /// A required member is absent or empty.
    #[error("缺少 {name}（{zh}）/ missing member {name}")]
    Missing {
        /// Its name.
        name: &'static str,
        /// Its meaning.
        zh: &'static str,
    },
    /// A member is neither text nor a number.
    #[error("{0} 应为字符串 must be a string")]
    NotText(&'static str),
    /// A member is longer than any source allows.
    #[error("{name} 有 {length} 个字符，最多 {most} 个 / {length} characters, at most {most}")]
    TooLong {
        /// Its name.
        name: &'static str,
        /// Its length in characters.
        length: usize,
        /// Longest that any source allows.
        most: usize,
    },
    /// A member holds control characters.
    #[error("{0} 含控制字符 contains control characters")]
    Control(&'static str),
    /// `inf_time` is not `yyyy-MM-dd HH:mm:ss`.
    #[error("inf_time 应为 yyyy-MM-dd HH:mm:ss / must be yyyy-MM-dd HH:mm:ss")]
    Time,
    /// `infno` has other characters than letters and digits.
    #[error("infno 应为字母和数字 must be letters and digits")]
    Infno,
    /// `enc_type` and `encType` are both there and differ.
    #[error("enc_type 与 encType 不一致 enc_type and encType differ")]
    EncType,
    /// `input` is neither an object nor a string.
    #[error("input 应为 JSON 对象，加密时为字符串 / must be an object, or a string when encrypted")]
    Input,
    /// A transaction other than 9001 came without `sign_no`, and the
    /// receiver demands one.
    #[error("缺少 sign_no，请先签到（9001）/ missing sign_no: sign in (9001) first")]
    NotSignedIn,
}

/// What a receiver remarks and lets pass, because the sources disagree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Warning {
    /// Longer than published, but not than other sources give.
    #[error(
        "{name} 有 {length} 个字符，规范为 {published} 个 / {length} characters, published: {published}"
    )]
    Long {
        /// The member.
        name: &'static str,
        /// Its length in characters.
        length: usize,
        /// The published length.
        published: usize,
    },
    /// A member that no source names.
    #[error("成员 {0:?} 不在规范之内，未使用 / unknown member, not used")]
    Unknown(String),
    /// A number where the table has text.
    #[error("{0} 应为字符串，收到数字 / must be a string, received a number")]
    NumberForText(&'static str),
    /// `msgid` is not institution, time and running number. It is taken as
    /// it is.
    #[error(
        "msgid 不是“机构编号(12)+时间(14)+顺序号(4)” / msgid is not institution, time, running number"
    )]
    MsgidLayout,
    /// `msgid` names another institution than `fixmedins_code`.
    #[error("msgid 中的机构编号与 fixmedins_code 不同 / msgid names another institution")]
    MsgidInstitution,
    /// A division's code is not six digits.
    #[error("{0} 应为 6 位数字 must be 6 digits")]
    Division(&'static str),
    /// `opter_type` is none of 1, 2, 3.
    #[error("opter_type 应为 1、2 或 3 / must be 1, 2 or 3")]
    OperatorType,
    /// `recer_sys_code` is empty.
    #[error("recer_sys_code 为空 is empty")]
    NoReceiver,
    /// `input` names a person, but `insuplc_admdvs` is empty: the case is
    /// taken as local.
    #[error(
        "input 含 psn_no 而 insuplc_admdvs 为空，按本地参保处理 / psn_no without insuplc_admdvs: taken as local"
    )]
    NoInsuredPlace,
}

/// Why an answer cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResponseError {
    /// The body is not JSON, or a key stands twice in it.
    #[error("应答不是合法的 JSON：{0} / the answer is not valid JSON")]
    Json(#[source] JsonError),
    /// The body is JSON, but not an object.
    #[error("应答不是 JSON 对象 the answer is not a JSON object")]
    NotAnObject,
    /// The gateway in front refused the request and never passed it on
    /// (`{"code":401,"message":…}`).
    #[error("前置网关拒绝：{code} {message} / refused by the gateway in front")]
    Gateway {
        /// Its code, `401` as published.
        code: String,
        /// Its message.
        message: String,
    },
    /// `infcode` is absent, or neither a number nor text.
    #[error("缺少 infcode 或类型不对 infcode is missing or of a wrong type")]
    InfCode,
    /// A member is neither text, a number nor null.
    #[error("{0} 应为字符串 must be a string")]
    NotText(&'static str),
    /// `output` is neither an object, a string nor empty.
    #[error(
        "output 应为 JSON 对象，加密时为字符串 / must be an object, or a string when encrypted"
    )]
    Output,
}
