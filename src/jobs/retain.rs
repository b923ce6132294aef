//! Deletes, every hour, what has been kept long enough.

use std::{sync::Arc, time::Duration};

use crate::{app::App, service::retention};

/// How often it is looked for.
const HOURLY: Duration = Duration::from_secs(3_600);

/// Runs until it is aborted. Several gateways may do so at the same time: each deletes what
/// it finds.
pub async fn run(app: Arc<App>) {
    let mut ticks = tokio::time::interval(HOURLY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        loop {
            match retention::purge(&app, (app.clock)()).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    tracing::warn!(%error, "what was kept long enough could not be deleted");
                    break;
                }
            }
        }
    }
}
