//! Work beside the requests.

use std::{sync::Arc, time::Duration};

use crate::app::App;

/// How often expired rows and quiet callers are forgotten.
const UPKEEP: Duration = Duration::from_secs(60);

/// Forgets what has expired: used nonces, kept answers, quiet rate-limit keys.
pub async fn upkeep(app: Arc<App>) {
    let mut ticks = tokio::time::interval(UPKEEP);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        app.limiter.forget_quiet();
        app.metrics.run_upkeep();
        match app.store.purge_expired((app.clock)()).await {
            Ok((nonces, answers)) if nonces + answers > 0 => {
                tracing::info!(nonces, answers, "expired rows deleted");
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "expired rows could not be deleted"),
        }
    }
}
