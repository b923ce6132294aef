//! The upper platform that results are reported to.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// 省级平台与投递方式；不填地址则不投递，上报内容留在发件箱 / the provincial platform, and how
/// messages are delivered to it. Without an address nothing is delivered, and what is reported
/// waits.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Upstream {
    /// 平台地址（/api/v1/… 之前的部分），空为不投递 / address of the platform, before `/api/v1/…`;
    /// empty: delivery is off.
    pub url: String,
    /// 平台发给本网关的调用方文件 / caller file that the platform issued: appId, secrets, our key and
    /// its own.
    #[schema(value_type = Option<String>, example = "/etc/chs/province.toml")]
    pub caller: Option<PathBuf>,
    /// 每个网关同时投递的报文数 / messages on their way at the same time, for each gateway.
    pub concurrency: usize,
    /// 无到期报文时查看发件箱的间隔，毫秒 / how often the outbox is looked at when nothing is due, ms.
    pub poll_ms: u64,
    /// 建立连接的时限，秒 / how long a connection may take to open, in seconds.
    pub connect_seconds: u64,
    /// 一次收发的时限，秒 / how long a message may take with its answer, in seconds.
    pub timeout_seconds: u64,
    /// 首次重试前的等待，毫秒，其后逐次加倍 / wait before the second attempt, in milliseconds; it
    /// doubles with each further one.
    pub backoff_ms: u64,
    /// 两次投递之间的最长等待，秒 / longest wait between two attempts, in seconds.
    pub backoff_most_seconds: u64,
    /// 投递多少次后转入死信 / attempts after which a message is dead.
    pub attempts: u32,
    /// 投递失败多少小时后转入死信 / age at which a failing message is dead, in hours.
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
