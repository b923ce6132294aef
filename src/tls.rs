//! TLS by rustls: of the gateway's own door, and of its connections to a database.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use serde::{Deserialize, Serialize};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::keys::{SecretError, SecretSource};

/// 网关自身的 TLS；不配置则为 HTTP，由前置代理终结 TLS 或 TLCP / TLS of the gateway's door;
/// without it the gateway speaks plain HTTP, for a proxy that ends TLS or TLCP in front of it.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// 网关证书及其上级证书，PEM / certificate of the gateway and those that lead to its CA.
    #[schema(value_type = String, example = "/etc/chs/server.pem")]
    pub certificate: PathBuf,
    /// 证书的私钥，PEM：文件、变量或命令 / its private key, PEM: a file, a variable or a command.
    pub private_key: SecretSource,
    /// 双向 TLS：客户端须持这些 CA 所发的证书，PEM / mutual TLS: a client must have a certificate of
    /// one of these CAs.
    #[schema(value_type = Option<String>, example = "/etc/chs/clients-ca.pem")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_ca: Option<PathBuf>,
}

/// TLS that cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file of certificates that cannot be read, or holds none.
    #[error("证书文件 {path} 无法读取 / the certificates {path} cannot be read: {reason}")]
    Certificates {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The private key cannot be had.
    #[error("TLS 私钥 {place} 无法取得 / the TLS key {place} cannot be had: {source}")]
    Key {
        /// Where it should come from.
        place: String,
        /// Why it does not.
        source: SecretError,
    },
    /// The private key is none in PEM.
    #[error("TLS 私钥 {0} 不是 PEM 私钥 / the TLS key {0} is no private key in PEM")]
    KeyForm(String),
    /// Key and certificate do not go together, or a CA cannot be used.
    #[error("TLS 无法建立 / TLS cannot be set up: {0}")]
    Setup(String),
}

fn setup(error: impl std::fmt::Display) -> TlsError {
    TlsError::Setup(error.to_string())
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

impl Tls {
    /// What the server needs.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn server(&self) -> Result<ServerConfig, TlsError> {
        let chain = certificates(&self.certificate)?;
        let place = self.private_key.to_string();
        let pem = self.private_key.read().map_err(|source| TlsError::Key {
            place: place.clone(),
            source,
        })?;
        let key =
            PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| TlsError::KeyForm(place))?;
        let config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(setup)?;
        let config = match &self.client_ca {
            None => config.with_no_client_auth(),
            Some(path) => {
                let roots = Arc::new(roots(path)?);
                let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider())
                    .build()
                    .map_err(setup)?;
                config.with_client_cert_verifier(verifier)
            }
        };
        config.with_single_cert(chain, key).map_err(setup)
    }
}

/// Connects to a database that asks for TLS. Its certificate must be one of the CAs in
/// `ca`, PEM, and name the host that is connected to; without a CA none is believed.
///
/// # Errors
/// [`TlsError`].
pub fn database(ca: Option<&Path>) -> Result<MakeRustlsConnect, TlsError> {
    let roots = ca.map_or_else(|| Ok(RootCertStore::empty()), roots)?;
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(setup)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let unreadable = |reason: String| TlsError::Certificates {
        path: path.to_owned(),
        reason,
    };
    let chain: Vec<_> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| unreadable(error.to_string()))?;
    if chain.is_empty() {
        return Err(unreadable("没有证书 / no certificate in it".into()));
    }
    Ok(chain)
}

fn roots(path: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path)? {
        roots.add(certificate).map_err(setup)?;
    }
    Ok(roots)
}
