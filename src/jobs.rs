//! Work beside the requests.

pub mod deliver;
pub mod retain;

use std::{sync::Arc, time::Duration};

use crate::{
    app::{App, StartError, open_registry},
    service::{billing, clearing, group_averages},
};

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
        if let Err(error) = group_averages::reload(&app).await {
            tracing::warn!(%error, "averages of the groups could not be read");
        }
        match app.store.purge_expired((app.clock)()).await {
            Ok((nonces, answers)) if nonces + answers > 0 => {
                tracing::info!(nonces, answers, "expired rows deleted");
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "expired rows could not be deleted"),
        }
    }
}

/// Keeps the register of callers up to date: whoever is registered, suspended or given
/// other keys, by any command beside any gateway, is so here within
/// `limits.callers_seconds`. A register that does not open leaves the last good one in
/// force.
pub async fn follow_callers(app: Arc<App>) {
    let mut ticks = tokio::time::interval(Duration::from_secs(app.config.limits.callers_seconds));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // Nothing is known to be in force yet, so the first tick reads the register again.
    let mut known = None;
    loop {
        ticks.tick().await;
        let revision = match app.store.callers_revision().await {
            Ok(revision) => revision,
            Err(error) => {
                tracing::warn!(%error, "the register of callers could not be read");
                continue;
            }
        };
        if known == Some(revision) {
            continue;
        }
        match open_registry(&app.store, &app.keys, &app.config).await {
            Ok(registry) => {
                tracing::info!(callers = registry.len(), revision, "callers in force");
                app.register.replace(registry);
            }
            Err(StartError::Store(error)) => {
                tracing::warn!(%error, "the register of callers could not be read");
                continue;
            }
            Err(error) => tracing::error!(%error, "the register of callers cannot be used"),
        }
        // A broken register is told once a change, not once a tick.
        known = Some(revision);
    }
}

/// Makes the bills of months whose values are fixed and the clearings that are proposed, wherever a run before was cut off.
/// Several gateways may do so at once: each batch is billed once.
pub async fn bill_months(app: Arc<App>) {
    let period = Duration::from_secs(app.config.settlement.billing_seconds);
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let months = match app.store.valued_months().await {
            Ok(months) => months,
            Err(error) => {
                tracing::warn!(%error, "months to be billed could not be read");
                continue;
            }
        };
        for setl_ym in months {
            match billing::run(&app.store, &setl_ym, app.clock).await {
                Ok(progress) => {
                    let (bills, closed) = (progress.bills, progress.closed);
                    tracing::info!(setl_ym, bills, closed, "bills made");
                }
                Err(error) => tracing::error!(setl_ym, %error, "a month could not be billed"),
            }
        }
        clear_years(&app).await;
    }
}

/// Makes the annual clearings that are proposed, wherever a run before was cut off.
async fn clear_years(app: &App) {
    let waiting = match app.store.waiting_clearings().await {
        Ok(waiting) => waiting,
        Err(error) => {
            tracing::warn!(%error, "clearings to be made could not be read");
            return;
        }
    };
    for key in waiting {
        let (year, stage, number) = (&key.year, key.stage.as_str(), key.number);
        match clearing::run(&app.store, &key, app.clock).await {
            Ok(progress) => {
                let (hospitals, prepared) = (progress.hospitals, progress.prepared);
                tracing::info!(year, stage, number, hospitals, prepared, "clearing made");
            }
            Err(error) => {
                tracing::error!(year, stage, number, %error, "a clearing could not be made");
            }
        }
    }
}
