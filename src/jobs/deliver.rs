//! Delivers the outbox to the upper platform, round after round. While the platform does
//! not answer, one message at growing intervals tries whether it is back: the others keep
//! their attempts.

use std::{sync::Arc, time::Duration};

use rand::RngExt;
use tokio::time::{Instant, sleep};

use crate::{
    app::App,
    service::delivery::{self, backoff},
    upstream::Upstream,
};

/// Longest wait for a platform that does not answer.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How often the backlog is counted for the metrics.
const COUNTED: Duration = Duration::from_secs(10);

/// Delivers until it is aborted; without a platform it only counts what waits.
pub async fn run(app: Arc<App>, upstream: Option<Upstream>) {
    let settings = &app.config.upstream;
    let poll = Duration::from_millis(settings.poll_ms);
    let mut counted: Option<Instant> = None;
    // Rounds in a row in which the platform did not answer.
    let mut silent = 0_u32;
    loop {
        if counted.is_none_or(|at| at.elapsed() >= COUNTED) {
            count(&app).await;
            counted = Some(Instant::now());
        }
        let Some(upstream) = &upstream else {
            sleep(COUNTED).await;
            continue;
        };
        let limit = if silent == 0 { settings.concurrency } else { 1 };
        match delivery::round(&app, upstream, limit).await {
            Ok(round) if round.sent == 0 => sleep(poll).await,
            Ok(round) if round.unanswered == 0 => {
                if silent > 0 {
                    tracing::info!("the upper platform answers again");
                }
                silent = 0;
            }
            Ok(_) => {
                silent = silent.saturating_add(1);
                let pause = backoff(silent, poll, LONGEST_PAUSE, rand::rng().random());
                tracing::warn!(rounds = silent, "the upper platform does not answer");
                sleep(pause).await;
            }
            Err(error) => {
                tracing::warn!(%error, "the outbox could not be delivered");
                sleep(poll).await;
            }
        }
        metrics::gauge!("chs_outbox_platform_silent_rounds").set(f64::from(silent));
    }
}

async fn count(app: &App) {
    let backlog = match app.store.outbox_backlog().await {
        Ok(backlog) => backlog,
        Err(error) => {
            tracing::warn!(%error, "the outbox could not be counted");
            return;
        }
    };
    let age = backlog.oldest.map_or(0.0, |oldest| {
        let age = (app.clock)() - oldest;
        age.to_std().unwrap_or_default().as_secs_f64()
    });
    let gauge = |count: i64| f64::from(i32::try_from(count).unwrap_or(i32::MAX));
    metrics::gauge!("chs_outbox_messages", "state" => "waiting").set(gauge(backlog.waiting));
    metrics::gauge!("chs_outbox_messages", "state" => "dead").set(gauge(backlog.dead));
    metrics::gauge!("chs_outbox_oldest_age_seconds").set(age);
}
