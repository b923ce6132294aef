//! Why a certificate or a chain is refused.

/// The cause, with the subject of the certificate where there are several.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Not one X.509 v3 certificate in strict DER.
    #[error("不是 X.509 v3 证书 / not an X.509 v3 certificate in DER")]
    Form,
    /// Not signed with SM2 and SM3.
    #[error("签名算法 {0} 不是 SM2-SM3（1.2.156.10197.1.501）/ not signed with SM2 and SM3")]
    Algorithm(String),
    /// The key is not on the curve of SM2.
    #[error("证书公钥不是 SM2 公钥 / the key is not an SM2 key")]
    Key,
    /// A critical extension that is not understood.
    #[error("不认识的关键扩展 {0} / unknown critical extension")]
    Extension(String),
    /// The moment lies before the first of validity.
    #[error("证书尚未生效 not yet valid: {0}")]
    NotYetValid(String),
    /// The moment lies after the last of validity.
    #[error("证书已过期 expired: {0}")]
    Expired(String),
    /// No CA of that name is trusted or was sent along.
    #[error("找不到签发者 unknown issuer: {0}")]
    UnknownIssuer(String),
    /// A CA of that name is known, but it has not signed this.
    #[error("证书签名验证失败 the signature does not verify: {0}")]
    Signature(String),
    /// The issuer is not a CA, or its key may not sign certificates.
    #[error("签发者不是 CA，或不得签发证书 / the issuer may not sign certificates: {0}")]
    NotCa(String),
    /// More CAs stand below this one than it allows.
    #[error("超过路径长度限制 path length exceeded below {0}")]
    PathLength(String),
    /// The key may not be used for signing messages.
    #[error("证书的密钥用法不含数字签名 / key usage lacks digitalSignature: {0}")]
    Usage(String),
    /// More certificates than a chain may have.
    #[error("证书链过长 the chain is too long")]
    TooLong,
}
