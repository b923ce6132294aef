//! HTTP to the target: no redirects, no proxy, every status is an answer.

mod early;

use std::{collections::BTreeMap, error::Error, path::Path, time::Duration};

use reqwest::{Certificate, Method, Url, blocking::Client, redirect::Policy};

/// Why nothing came back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// No connection: the target is not there.
    #[error("无法连接目标 / the target cannot be reached: {0}")]
    Unreachable(String),
    /// Connected, but no whole answer in time.
    #[error("未收到完整应答 / no complete answer: {0}")]
    NoAnswer(String),
}

/// An answer as it came.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// HTTP status.
    pub(crate) status: u16,
    /// Headers, names in lower case; repeated ones joined by a comma.
    pub(crate) headers: BTreeMap<String, String>,
    /// Body, read as UTF-8.
    pub(crate) body: String,
}

/// A client of one target.
#[derive(Debug, Clone)]
pub(crate) struct Transport {
    client: Client,
    base: String,
    timeout: Duration,
}

impl Transport {
    /// A client for `base` (`http://…` or `https://…`); `ca` is a PEM file to trust instead of the system's certificates.
    ///
    /// # Errors
    /// A text for the user: an address or a certificate that cannot be used.
    pub(crate) fn new(
        base: &str,
        timeout: Duration,
        ca: Option<&Path>,
    ) -> Result<Transport, String> {
        if !base.starts_with("http://") && !base.starts_with("https://") {
            return Err(format!(
                "--base-url 应以 http:// 或 https:// 开头 / must begin with http:// or https://: {base}"
            ));
        }
        // Fails only when a provider stands already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder()
            .timeout(timeout)
            .redirect(Policy::none())
            .no_proxy()
            .user_agent(concat!("chs-conformance/", env!("CARGO_PKG_VERSION")));
        if let Some(path) = ca {
            let pem =
                std::fs::read(path).map_err(|error| format!("--ca {}: {error}", path.display()))?;
            let certificate = Certificate::from_pem(&pem)
                .map_err(|error| format!("--ca {}: {}", path.display(), chain(&error)))?;
            builder = builder.tls_certs_only([certificate]);
        } else if base.starts_with("http://") {
            // A machine without any CA certificates can still be asked in plain HTTP.
            builder = builder.tls_certs_only([]);
        }
        let client = builder.build().map_err(|error| chain(&error))?;
        Ok(Transport {
            client,
            base: base.trim_end_matches('/').to_owned(),
            timeout,
        })
    }

    /// Address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}/{}", self.base, path.trim_start_matches('/'))
    }

    /// Sends a body that the target may refuse before it has read it whole.
    ///
    /// # Errors
    /// [`SendError`] when there is no connection or no whole answer.
    pub(crate) fn send_oversized(
        &self,
        path: &str,
        content_type: &str,
        body: Vec<u8>,
    ) -> Result<Received, SendError> {
        let url = Url::parse(&self.url(path)).map_err(|e| SendError::NoAnswer(e.to_string()))?;
        match (url.scheme(), url.host_str(), url.port_or_known_default()) {
            ("http", Some(host), Some(port)) => {
                early::send(host, port, url.path(), content_type, &body, self.timeout)
            }
            // Inside TLS the ordinary client must do.
            _ => self.send("POST", path, &[], Some((content_type, body))),
        }
    }

    /// Sends one request and reads the whole answer.
    ///
    /// # Errors
    /// [`SendError`] when there is no connection or no whole answer.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(String, String)],
        body: Option<(&str, Vec<u8>)>,
    ) -> Result<Received, SendError> {
        let method = Method::from_bytes(method.as_bytes())
            .map_err(|error| SendError::NoAnswer(error.to_string()))?;
        let mut request = self.client.request(method, self.url(path));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if let Some((content_type, bytes)) = body {
            request = request.header("content-type", content_type).body(bytes);
        }
        let response = request.send().map_err(|error| explain(&error))?;
        let mut headers: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in response.headers() {
            let value = String::from_utf8_lossy(value.as_bytes());
            headers
                .entry(name.as_str().to_owned())
                .and_modify(|earlier| {
                    earlier.push_str(", ");
                    earlier.push_str(&value);
                })
                .or_insert_with(|| value.clone().into_owned());
        }
        let status = response.status().as_u16();
        let body = response.bytes().map_err(|error| explain(&error))?;
        Ok(Received {
            status,
            headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    }
}

fn explain(error: &reqwest::Error) -> SendError {
    let text = chain(error);
    if error.is_connect() {
        SendError::Unreachable(text)
    } else {
        SendError::NoAnswer(text)
    }
}

/// An error and all its causes in one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
