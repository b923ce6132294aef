//! Logs and metrics. Logs are JSON on standard error (standard output carries the ready
//! line only) and hold no patient data: codes, ids of calls, counts and durations.

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// Upper bounds of the latency histograms, in seconds.
const LATENCY_BOUNDS: [f64; 10] = [
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.015, 0.05, 0.25, 1.0, 10.0,
];

/// Calls that share a transaction, signatures that are verified or made together.
const CALL_BOUNDS: [f64; 7] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];

/// Starts logging at the level of `RUST_LOG` (default `info`). A second call changes
/// nothing, so tests may call it freely.
pub fn start_logging() {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,tokio_postgres=warn,refinery_core=warn"));
    let _ = tracing_subscriber::registry()
        .with(filter)
        .with(
            fmt::layer()
                .json()
                .flatten_event(true)
                .with_writer(std::io::stderr),
        )
        .try_init();
}

/// Makes the recorder behind `/metrics`. The first call of a process installs it for the
/// `metrics` macros; later ones (tests with several gateways) share it.
///
/// # Errors
/// When another recorder was installed before.
pub fn metrics() -> Result<PrometheusHandle, String> {
    static HANDLE: std::sync::OnceLock<Result<PrometheusHandle, String>> =
        std::sync::OnceLock::new();
    HANDLE
        .get_or_init(|| {
            PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &LATENCY_BOUNDS)
                .and_then(|builder| {
                    let calls = Matcher::Suffix("_calls".into());
                    builder.set_buckets_for_metric(calls, &CALL_BOUNDS)
                })
                .and_then(|builder| {
                    let signatures = Matcher::Suffix("_at_once".into());
                    builder.set_buckets_for_metric(signatures, &CALL_BOUNDS)
                })
                .and_then(PrometheusBuilder::install_recorder)
                .map_err(|error| error.to_string())
        })
        .clone()
}
