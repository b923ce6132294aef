//! The misunderstandings that are tried, each with its name and remedy.

/// One way in which a sender departs from the convention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Misunderstanding {
    /// DER in the place of r‖s.
    DerForm,
    /// Hex in the place of Base64.
    HexForm,
    /// Base64 of hex digits.
    Base64OfHex,
    /// Base64 with `-` and `_`.
    UrlSafe,
    /// Base64 without its padding.
    Unpadded,
    /// Base64 with line breaks or blanks.
    LineBreaks,
    /// s‖r.
    Swapped,
    /// Leading zero bytes of r or s cut off.
    ZerosCut,
    /// No appSecret behind the members.
    SecretLeftOut,
    /// `&key=` with nothing behind it.
    SecretEmpty,
    /// A line break behind the signed text.
    TrailingNewline,
    /// `encData` signed where `data` is to be.
    EncDataSigned,
    /// `data` signed where `encData` is to be.
    DataSigned,
    /// `nonce` and `requestId` left out of the signed text.
    NonceLeftOut,
    /// Keys sorted without regard to case.
    KeysByCase,
    /// `data` signed as it was written, unsorted.
    Unsorted,
    /// Numbers and booleans quoted.
    ScalarsAsText,
    /// Numbers and booleans of the top level quoted.
    TopScalarsAsText,
    /// Numbers and booleans not quoted although agreed.
    ScalarsNative,
    /// `null` kept.
    NullsKept,
    /// `""` kept.
    EmptyTextKept,
    /// `{}` and `[]` kept.
    EmptyContainersKept,
    /// `null`, `""`, `{}` and `[]` kept.
    AllEmptyKept,
    /// Non-ASCII as `\uXXXX`.
    UnicodeEscaped,
    /// `/` as `\/`.
    SlashEscaped,
    /// Blanks behind commas and colons.
    Blanks,
    /// Numbers written anew, `12.50` as `12.5`.
    NumbersRewritten,
    /// The canonical text signed where the text as sent is to be.
    CanonicalSigned,
    /// The user id is empty.
    UserIdEmpty,
    /// The user id is the standard's where another is agreed.
    UserIdDefault,
    /// The user id is appSecret.
    UserIdSecret,
    /// The user id is appId.
    UserIdAppId,
    /// e without Z.
    NoZ,
    /// The message hashed before it was signed.
    HashedTwice,
    /// The same, the hash as hex text.
    HashedTwiceHex,
    /// e hashed once more.
    DigestHashedAgain,
    /// The message's bytes as hex text.
    MessageAsHex,
    /// Another of the given keys.
    OtherKey,
    /// SM4 under the first 16 bytes of E, decoded from hex.
    KeyFromHex,
    /// SM4 under key1.
    KeyOne,
    /// SM4 under the first 16 characters of appSecret.
    KeyOfSecret,
    /// SM4 under key2 in lower-case hex.
    KeyLowerHex,
    /// Zero padding.
    ZeroPadding,
    /// encData in lower-case hex.
    LowerHex,
    /// encData in Base64.
    EncDataBase64,
}

use Misunderstanding as M;

/// What concerns the signed text and its digest, likely ones first: these are
/// tried singly and in pairs.
pub(super) const OF_TEXT: [M; 28] = [
    M::SecretLeftOut,
    M::UserIdEmpty,
    M::UserIdDefault,
    M::UserIdSecret,
    M::UserIdAppId,
    M::ScalarsAsText,
    M::TopScalarsAsText,
    M::ScalarsNative,
    M::NullsKept,
    M::EmptyTextKept,
    M::EmptyContainersKept,
    M::AllEmptyKept,
    M::KeysByCase,
    M::CanonicalSigned,
    M::Unsorted,
    M::UnicodeEscaped,
    M::SlashEscaped,
    M::Blanks,
    M::NumbersRewritten,
    M::EncDataSigned,
    M::DataSigned,
    M::NonceLeftOut,
    M::SecretEmpty,
    M::TrailingNewline,
    M::HashedTwice,
    M::HashedTwiceHex,
    M::NoZ,
    M::DigestHashedAgain,
];

/// Tried singly only: hardly anyone does this and something else besides.
pub(super) const ALONE: [M; 1] = [M::MessageAsHex];

impl Misunderstanding {
    /// A name for programs.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.row().0
    }

    /// What went wrong and what to do, in Chinese.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        self.row().1
    }

    /// The same in English.
    #[must_use]
    pub const fn en(self) -> &'static str {
        self.row().2
    }

    #[rustfmt::skip]
    const fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            M::DerForm => ("der-form", "签名是 DER 编码，应为 r‖s 共 64 字节", "the signature is DER; send r and s, 64 bytes"),
            M::HexForm => ("hex-form", "签名是十六进制，应为 Base64", "the signature is hex; send Base64"),
            M::Base64OfHex => ("base64-of-hex", "先转成十六进制文本再做 Base64，应直接对 64 字节做 Base64", "Base64 of hex digits; encode the 64 bytes themselves"),
            M::UrlSafe => ("url-safe-base64", "使用了 URL 安全的 Base64，应使用标准字母表（+ 与 /）", "URL-safe Base64; use the standard alphabet"),
            M::Unpadded => ("unpadded-base64", "Base64 缺少末尾的等号", "Base64 without its padding"),
            M::LineBreaks => ("line-breaks", "Base64 中含换行或空格", "line breaks or blanks in the Base64"),
            M::Swapped => ("swapped", "r 与 s 的顺序颠倒", "s stands before r"),
            M::ZerosCut => ("zeros-cut", "r 或 s 的前导零字节被去掉，各应固定 32 字节", "leading zeros of r or s were cut; each has 32 bytes"),
            M::SecretLeftOut => ("secret-left-out", "签名原文末尾缺少 &key=appSecret", "&key=appSecret is missing at the end of the signed text"),
            M::SecretEmpty => ("secret-empty", "签名原文末尾的 &key= 之后没有 appSecret", "nothing stands behind &key="),
            M::TrailingNewline => ("trailing-newline", "签名原文末尾多了一个换行", "a line break behind the signed text"),
            M::EncDataSigned => ("enc-data-signed", "对 encData 签名，应对明文 data 签名", "encData was signed; sign the plain data"),
            M::DataSigned => ("data-signed", "对明文 data 签名，SM4-GCM 应对 encData 签名", "data was signed; with SM4-GCM sign encData"),
            M::NonceLeftOut => ("nonce-left-out", "nonce 与 requestId 没有参与签名", "nonce and requestId were left out of the signed text"),
            M::KeysByCase => ("keys-by-case", "键名不分大小写排序，应按 ASCII 排序", "keys were sorted without regard to case; sort by ASCII"),
            M::Unsorted => ("unsorted", "data 未按键名排序，按原样签名", "data was signed as written; sort its keys"),
            M::ScalarsAsText => ("scalars-as-text", "数字和布尔值被转成字符串后签名；可把该调用方配置为 scalars = \"string\"", "numbers and booleans were quoted; or set the caller to scalars = \"string\""),
            M::TopScalarsAsText => ("top-scalars-as-text", "data 第一层的数字和布尔值被转成字符串", "numbers and booleans of the first level were quoted"),
            M::ScalarsNative => ("scalars-native", "约定数字和布尔值转成字符串，对方未转", "numbers and booleans were not quoted although agreed"),
            M::NullsKept => ("nulls-kept", "保留了值为 null 的成员，应去掉", "null members were kept; drop them"),
            M::EmptyTextKept => ("empty-text-kept", "保留了值为空字符串的成员，应去掉", "empty strings were kept; drop them"),
            M::EmptyContainersKept => ("empty-containers-kept", "保留了空对象或空数组，应去掉", "empty objects or arrays were kept; drop them"),
            M::AllEmptyKept => ("all-empty-kept", "保留了所有空值成员（null、空字符串、空对象、空数组）", "all empty members were kept; drop them"),
            M::UnicodeEscaped => ("unicode-escaped", "中文被写成 \\uXXXX，应保留原字符", "non-ASCII was written as \\uXXXX; keep the characters"),
            M::SlashEscaped => ("slash-escaped", "斜杠被写成 \\/", "slashes were escaped"),
            M::Blanks => ("blanks", "JSON 的逗号、冒号后有空格", "blanks behind commas and colons"),
            M::NumbersRewritten => ("numbers-rewritten", "数字被重写（如 12.50 变成 12.5），应保持原文", "numbers were rewritten (12.50 as 12.5); keep them as sent"),
            M::CanonicalSigned => ("canonical-signed", "对规范化后的 JSON 签名，应对发送的 input 原文签名", "the canonical text was signed; sign input as it is sent"),
            M::UserIdEmpty => ("user-id-empty", "SM2 用户标识为空（OpenSSL 3.0 的缺省），应为约定的标识", "the SM2 user id is empty (OpenSSL 3.0's default)"),
            M::UserIdDefault => ("user-id-default", "SM2 用户标识用了 1234567812345678，约定的是另一个", "the SM2 user id is 1234567812345678 where another is agreed"),
            M::UserIdSecret => ("user-id-secret", "把 appSecret 当作 SM2 用户标识", "appSecret was taken as the SM2 user id"),
            M::UserIdAppId => ("user-id-app-id", "把 appId 当作 SM2 用户标识", "appId was taken as the SM2 user id"),
            M::NoZ => ("no-z", "摘要未包含 Z，应为 SM3(Z‖M)", "the digest lacks Z; it is SM3 of Z and the text"),
            M::HashedTwice => ("hashed-twice", "先对原文做了一次 SM3 再签名（多散列一次）", "the text was hashed before it was signed"),
            M::HashedTwiceHex => ("hashed-twice-hex", "先对原文做 SM3，再对其十六进制文本签名", "the hex of the text's hash was signed"),
            M::DigestHashedAgain => ("digest-hashed-again", "对摘要 e 又做了一次 SM3", "the digest e was hashed once more"),
            M::MessageAsHex => ("message-as-hex", "对原文的十六进制文本签名，应对原文的 UTF-8 字节签名", "the hex of the text was signed; sign its UTF-8 bytes"),
            M::OtherKey => ("other-key", "用另一把密钥签名", "signed with another of the given keys"),
            M::KeyFromHex => ("sm4-key-from-hex", "把 E 的十六进制解码后取前 16 字节作 SM4 密钥，应直接取前 16 个字符", "the SM4 key is E decoded from hex; take its first 16 characters"),
            M::KeyOne => ("sm4-key-one", "用 key1（appId 前 16 个字符）加密数据，应使用 key2", "data was encrypted under key1; use key2"),
            M::KeyOfSecret => ("sm4-key-of-secret", "用 appSecret 前 16 个字符作 SM4 密钥，应使用 key2", "the SM4 key is the beginning of appSecret; use key2"),
            M::KeyLowerHex => ("sm4-key-lower-hex", "key2 取自小写十六进制，应取自大写", "key2 was taken from lower-case hex; use upper case"),
            M::ZeroPadding => ("zero-padding", "SM4 用零填充或不填充，应为 PKCS#7", "zero padding or none; use PKCS#7"),
            M::LowerHex => ("lower-hex", "encData 是小写十六进制，应为大写", "encData is lower-case hex; use upper case"),
            M::EncDataBase64 => ("enc-data-base64", "encData 是 Base64，应为大写十六进制", "encData is Base64; use upper-case hex"),
        }
    }
}
