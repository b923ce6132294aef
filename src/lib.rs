//! chs-gateway: the integration gateway of a pooling area's DRG/DIP payment system.
//!
//! Data flows one way: `doors` (how a message comes in) → `operations` (what it asks) →
//! `service` (the use case and its one transaction) → the pure crates and `store` (SQL).
//! `router` shows every route, `error::codes` every way a call can fail.

pub mod app;
pub mod audit;
pub mod call_data;
pub mod caller;
pub mod caller_file;
pub mod catalogue;
pub mod client;
pub mod clinical_codes;
pub mod commands;
pub mod config;
pub mod development;
pub mod dip_catalogues;
pub mod doors;
pub mod embedded_db;
pub mod error;
pub mod exchange;
pub mod grouped_by;
pub mod in_force;
pub mod jobs;
pub mod keys;
pub mod operations;
pub mod print;
pub mod profiles;
pub mod quality_folder;
pub mod reload;
pub mod router;
pub mod sample;
pub mod schemas;
pub mod scheme_source;
pub mod serial;
pub mod service;
pub mod session;
pub mod store;
pub mod telemetry;
pub mod tls;
pub mod upstream;
pub mod wire;
