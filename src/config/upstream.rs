//! The upper platform that results are reported to.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The provincial platform, and how messages are delivered to it. Without an address nothing
/// is delivered, and what is reported waits.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upstream {
    /// Address of the platform, before `/api/v1/…`; empty: delivery is off.
    pub url: String,
    /// Caller file that the platform issued: appId, secrets, our key and its own.
    pub caller: Option<PathBuf>,
    /// Messages on their way at the same time, for each gateway.
    pub concurrency: usize,
    /// How often the outbox is looked at when nothing is due, in milliseconds.
    pub poll_ms: u64,
    /// How long a connection may take to open, in seconds.
    pub connect_seconds: u64,
    /// How long a message may take with its answer, in seconds.
    pub timeout_seconds: u64,
    /// Wait before the second attempt, in milliseconds; it doubles with each further one.
    pub backoff_ms: u64,
    /// Longest wait between two attempts, in seconds.
    pub backoff_most_seconds: u64,
    /// Attempts after which a message is dead.
    pub attempts: u32,
    /// Age at which a failing message is dead, in hours.
    pub age_hours: u32,
}

impl Default for Upstream {
    fn default() -> Upstream {
        Upstream {
            url: String::new(),
            caller: None,
            concurrency: 4,
            poll_ms: 1_000,
            connect_seconds: 5,
            timeout_seconds: 20,
            backoff_ms: 1_000,
            backoff_most_seconds: 900,
            attempts: 200,
            age_hours: 168,
        }
    }
}

impl Upstream {
    /// Whether messages are delivered at all.
    pub fn enabled(&self) -> bool {
        !self.url.is_empty()
    }

    /// What does not hold, in Chinese and English.
    pub(super) fn fault(&self, production: bool) -> Option<(&'static str, &'static str)> {
        let numbers = [
            self.poll_ms,
            self.connect_seconds,
            self.timeout_seconds,
            self.backoff_ms,
            self.backoff_most_seconds,
        ];
        if numbers.contains(&0)
            || self.concurrency == 0
            || self.attempts == 0
            || self.age_hours == 0
        {
            return Some((
                "upstream 的各数值必须大于 0",
                "the numbers of upstream must be above 0",
            ));
        }
        if !self.enabled() {
            return None;
        }
        if self.caller.is_none() {
            return Some((
                "配置 upstream.url 时必须配置 upstream.caller",
                "upstream.url needs upstream.caller",
            ));
        }
        if production && !self.url.starts_with("https://") {
            return Some((
                "生产环境的 upstream.url 必须为 https",
                "in production upstream.url must be https",
            ));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_needs_a_caller_and_tls_in_production() {
        let mut upstream = Upstream::default();
        assert_eq!(upstream.fault(true), None);
        upstream.url = "http://province.example".into();
        assert!(upstream.fault(false).is_some());
        upstream.caller = Some("province.toml".into());
        assert_eq!(upstream.fault(false), None);
        assert!(upstream.fault(true).is_some());
        upstream.url = "https://province.example".into();
        assert_eq!(upstream.fault(true), None);
        upstream.attempts = 0;
        assert!(upstream.fault(true).is_some());
    }
}
