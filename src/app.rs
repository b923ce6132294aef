//! The gateway as one value: built from a configuration, run until it is told to stop.
//! Tests build it with port 0 like `serve` does.

use std::{
    net::TcpListener,
    sync::{Arc, Mutex},
    time::Duration,
};

use actix_web::{App as ActixApp, HttpServer, dev::ServerHandle, guard, middleware::from_fn, web};
use chrono::{DateTime, Utc};
use metrics_exporter_prometheus::PrometheusHandle;
use utoipa_actix_web::AppExt;

use crate::{
    caller::{Register, RegisterError, Registry},
    catalogue::{Catalogue, CatalogueError},
    config::{Config, Environment},
    development::{self, DevelopmentError},
    doors::{
        limits::{self, Limiter},
        transaction,
    },
    embedded_db::{EmbeddedDb, EmbeddedDbError, EmbeddedDbOptions},
    in_force::InForce,
    jobs,
    keys::{KeyError, PlatformKeys},
    reload::Reloads,
    router,
    schemas::Schemas,
    service::group_averages::GroupAverages,
    session::Worker,
    store::{Store, StoreError},
    telemetry,
    tls::{Tls, TlsError},
    upstream::{Upstream, UpstreamError},
};

/// Connections for what is no call: migrations, upkeep, readiness, and the jobs, of which a
/// clearing takes two: it reads over one and writes over the other.
const SHARED_CONNECTIONS: usize = 4;

/// What every request may reach.
pub struct App {
    /// Configuration.
    pub config: Config,
    /// Database.
    pub store: Store,
    /// Registered callers.
    pub register: Register,
    /// Keys of the platform.
    pub keys: PlatformKeys,
    /// Rules, schemes and profiles; `reload` replaces them.
    pub catalogue: InForce<Catalogue>,
    /// Averages of the groups over the last closed months.
    pub averages: InForce<GroupAverages>,
    /// JSON Schemas of the operations.
    pub schemas: Schemas,
    /// Rate limits.
    pub limiter: Limiter,
    /// Metrics.
    pub metrics: PrometheusHandle,
    /// The clock; tests put their own in its place.
    pub clock: fn() -> DateTime<Utc>,
}

impl App {
    /// Name of an institution, where it is registered.
    pub fn institution_name(&self, fixmedins_code: &str) -> Option<String> {
        let register = self.register.current();
        register.institution_name(fixmedins_code).map(str::to_owned)
    }
}

/// The gateway does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The private database does not start.
    #[error(transparent)]
    EmbeddedDb(#[from] EmbeddedDbError),
    /// `database.url` is malformed.
    #[error("database.url 无法解析 / database.url cannot be parsed: {0}")]
    DatabaseUrl(#[from] tokio_postgres::Error),
    /// The database is out of reach or of another schema.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The platform's keys cannot be read.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Development callers cannot be made.
    #[error(transparent)]
    Development(#[from] DevelopmentError),
    /// A registered caller cannot be used.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// Rules, schemes or profiles do not load.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The upper platform cannot be set up.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// The address cannot be listened on.
    #[error("无法监听 {address} / cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// Something of the process itself: the metrics recorder, a schema.
    #[error("启动失败 / start failed: {0}")]
    Process(String),
}

/// A gateway that listens, with its database.
pub struct Application {
    url: String,
    server: actix_web::dev::Server,
    database: Option<EmbeddedDb>,
    connection: tokio_postgres::Config,
    app: web::Data<App>,
    upstream: Option<Upstream>,
    reloads: Reloads,
}

impl Application {
    /// Starts the database if none is configured, migrates it, registers development
    /// callers, and binds the address.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn build(config: Config) -> Result<Application, StartError> {
        let metrics = telemetry::metrics().map_err(StartError::Process)?;
        // The catalogue is CPU work of some 100 ms: it loads while PostgreSQL starts.
        let named = config.clone();
        let catalogue = tokio::task::spawn_blocking(move || Catalogue::load(&named));
        let keys = PlatformKeys::open(&config)?;
        let upstream = Upstream::open(&config.upstream)?;
        let (database, connection) = if config.embedded() {
            let mut options = EmbeddedDbOptions::new(&config.data_dir);
            options.bin_dir.clone_from(&config.database.binaries);
            let database = EmbeddedDb::start(options).await?;
            let connection = database.connection();
            (Some(database), connection)
        } else {
            (None, config.database.url.parse()?)
        };
        let wait = Duration::from_secs(config.limits.wait_seconds);
        let ca = config.database.ca.as_deref();
        let store = Store::open(connection.clone(), ca, SHARED_CONNECTIONS, wait)?
            .with_audit_key(keys.master.clone());
        store.migrate().await?;

        let listener = TcpListener::bind(config.listen).map_err(|source| StartError::Listen {
            address: config.listen,
            source,
        })?;
        let address = listener.local_addr().map_err(|source| StartError::Listen {
            address: config.listen,
            source,
        })?;
        let tls = config.tls.as_ref().map(Tls::server).transpose()?;
        let url = match tls {
            Some(_) => format!("https://{address}"),
            None => format!("http://{address}"),
        };
        let development = config.environment == Environment::Development;
        if development && config.embedded() {
            let now = Utc::now();
            development::register(&config.data_dir, &url, &config.admdvs, &keys, &store, now)
                .await?;
        }
        let registry = open_registry(&store, &keys, &config).await?;
        let catalogue = catalogue
            .await
            .map_err(|error| StartError::Process(error.to_string()))??;
        let reloads = Reloads::open(&config.data_dir)
            .await
            .map_err(|error| StartError::Process(error.to_string()))?;
        let app = web::Data::new(App {
            limiter: Limiter::new(
                config.limits.address_per_second,
                config.limits.caller_per_second,
            ),
            schemas: Schemas::compile().map_err(StartError::Process)?,
            store,
            register: Register::new(registry),
            keys,
            catalogue: InForce::new(catalogue),
            averages: InForce::new(GroupAverages::default()),
            metrics,
            config,
            clock: Utc::now,
        });
        let server = listen(listener, tls, app.clone())?;
        Ok(Application {
            url,
            server,
            database,
            connection,
            app,
            upstream,
            reloads,
        })
    }

    /// Address of the gateway, with the port it really has.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Ends a running gateway from elsewhere.
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// How to connect to the gateway's database.
    pub fn database(&self) -> &tokio_postgres::Config {
        &self.connection
    }

    /// What requests reach; for tests that look behind the doors.
    pub fn app(&self) -> Arc<App> {
        self.app.clone().into_inner()
    }

    /// Serves until `stop` resolves or the server is stopped through its handle; then lets
    /// running requests finish and stops the database.
    ///
    /// # Errors
    /// [`StartError`] when the server or its database dies.
    pub async fn run_until_stopped(self, stop: impl Future<Output = ()>) -> Result<(), StartError> {
        let Application {
            server,
            mut database,
            app,
            upstream,
            reloads,
            ..
        } = self;
        let handle = server.handle();
        let mut server = tokio::spawn(server);
        let upkeep = tokio::spawn(jobs::upkeep(app.clone().into_inner()));
        let following = tokio::spawn(jobs::follow_callers(app.clone().into_inner()));
        let reloading = actix_web::rt::spawn(reloads.follow(app.clone().into_inner()));
        // Transactions stay on the thread that began them, and so does this job.
        let delivery = jobs::deliver::run(app.clone().into_inner(), upstream);
        let retaining = actix_web::rt::spawn(jobs::retain::run(app.clone().into_inner()));
        let delivering = actix_web::rt::spawn(delivery);
        // A transaction's future stays on its thread, so this one does not move between them.
        let billing = actix_web::rt::spawn(jobs::bill_months(app.clone().into_inner()));
        let failed = |error: String| StartError::Process(error);
        let outcome = tokio::select! {
            () = stop => {
                tracing::info!("stopping");
                handle.stop(true).await;
                Ok(())
            }
            ended = &mut server => match ended {
                Ok(Ok(())) => Ok(()),
                Ok(Err(error)) => Err(failed(error.to_string())),
                Err(error) => Err(failed(error.to_string())),
            },
            error = database_lost(database.as_mut()) => {
                handle.stop(false).await;
                Err(StartError::EmbeddedDb(error))
            }
        };
        upkeep.abort();
        following.abort();
        reloading.abort();
        delivering.abort();
        retaining.abort();
        billing.abort();
        drop(app);
        if let Some(database) = database {
            database.stop().await?;
        }
        outcome
    }
}

/// The register of callers as the database has it now.
///
/// # Errors
/// [`StartError`] when the database does not answer or a caller cannot be used.
pub(crate) async fn open_registry(
    store: &Store,
    keys: &PlatformKeys,
    config: &Config,
) -> Result<Registry, StartError> {
    Ok(Registry::open(
        store.callers().await?,
        store.caller_keys().await?,
        &keys.master,
        &config.admdvs,
        config.environment == Environment::Development,
    )?)
}

/// Resolves when the private database is lost for good; never without one.
async fn database_lost(database: Option<&mut EmbeddedDb>) -> EmbeddedDbError {
    match database {
        Some(database) => database.exited().await,
        None => std::future::pending().await,
    }
}

fn listen(
    listener: TcpListener,
    tls: Option<rustls::ServerConfig>,
    app: web::Data<App>,
) -> Result<actix_web::dev::Server, StartError> {
    let failed = |source| StartError::Listen {
        address: app.config.listen,
        source,
    };
    let workers = match app.config.workers {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        workers => workers,
    };
    let shutdown = app.config.limits.shutdown_seconds;
    let document = web::Data::new(router::document());
    let stores = Arc::new(Mutex::new(
        app.store
            .per_worker(workers, app.config.database.pool_size)?,
    ));
    let shared = app.clone();
    let server = HttpServer::new(move || {
        let app = shared.clone();
        let paths = app.config.transaction.clone();
        // A worker that is started again after a panic finds none left and shares.
        let store = stores.lock().ok().and_then(|mut stores| stores.pop());
        let store = store.unwrap_or_else(|| app.store.clone());
        let worker = web::Data::new(Worker::new(store, Arc::clone(&app.keys.signing)));
        let warming = worker.clone();
        actix_web::rt::spawn(async move { warming.store.warm_up().await });
        ActixApp::new()
            .app_data(worker)
            .app_data(web::PayloadConfig::new(app.config.limits.body_bytes))
            .app_data(app)
            .app_data(document.clone())
            .into_utoipa_app()
            .configure(router::routes)
            .into_app()
            .configure(|services| {
                for path in paths.open_paths() {
                    // A guard, not a route: another method falls through to the table's 404.
                    let posted = web::resource(path).guard(guard::Post());
                    services.service(posted.to(transaction::call_by_path));
                }
            })
            .service(
                utoipa_swagger_ui::SwaggerUi::new("/docs/{_:.*}")
                    .config(utoipa_swagger_ui::Config::from("/openapi.json")),
            )
            .service(web::redirect("/docs", "/docs/"))
            .default_service(web::to(router::no_route))
            .wrap(from_fn(limits::guard))
    });
    let server = match tls {
        Some(tls) => server.listen_rustls_0_23(listener, tls),
        None => server.listen(listener),
    };
    let server = server
        .map_err(failed)?
        .shutdown_timeout(shutdown)
        .workers(workers)
        .disable_signals();
    Ok(server.run())
}
