//! The message or its data is not of the published form (400, and 422 for the schema).

/// These rows behind those before, handed to the next part of the table.
macro_rules! message {
    ($next:ident $($then:ident)* { $($before:tt)* }) => { $next! { $($then)* { $($before)*
    /// The body is not one JSON object.
    MessageNotJson = "CHS-40001", 400, false,
        "报文不是合法的 JSON 对象", "the message is not a JSON object",
        "检查报文编码与 JSON 语法 / check encoding and JSON syntax", "无需处理 / nothing";
    /// A member that the contract does not know.
    MemberUnknown = "CHS-40002", 400, false,
        "报文含有未约定的成员", "the message has an unknown member",
        "去掉该成员 / leave the member out", "无需处理 / nothing";
    /// A member is there but empty.
    MemberEmpty = "CHS-40003", 400, false,
        "报文成员为空", "a member of the message is empty",
        "填写或去掉该成员 / fill it or leave it out", "无需处理 / nothing";
    /// The same key twice.
    MemberDuplicate = "CHS-40004", 400, false,
        "报文成员重复", "a member of the message appears twice",
        "每个成员只写一次 / write each member once", "无需处理 / nothing";
    /// A required member is missing.
    MemberMissing = "CHS-40005", 400, false,
        "报文缺少必填成员", "a required member of the message is missing",
        "补全该成员 / add the member", "无需处理 / nothing";
    /// A member has the wrong form (type, length, alphabet).
    MemberFormat = "CHS-40006", 400, false,
        "报文成员格式不正确", "a member of the message has the wrong form",
        "按接口约定的格式填写 / use the form of the contract", "无需处理 / nothing";
    /// A multipart body that is not of the published form.
    MultipartForm = "CHS-40080", 400, false,
        "多部分报文应含 jsonStr 与 file 两部分", "a multipart body holds the parts jsonStr and file",
        "按文件上传的格式发送 / send it as file uploads are sent", "无需处理 / nothing";
    /// A field of another JSON type than its schema says, or one it does not know.
    SchemaViolation = "CHS-42202", 422, false,
        "业务数据不符合数据结构约定", "the data does not fit its schema",
        "按 errors[].pointer 修改字段 / mend the fields that errors[].pointer names",
        "无需处理 / nothing";
    } } };
}

pub(super) use message;
