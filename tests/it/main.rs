//! One integration binary: link time is our daily cost.

mod ask;
mod auth;
mod batch;
mod caching;
mod completion;
mod conversation;
#[cfg(unix)]
mod ending;
mod extension;
mod fuzz;
mod golden;
mod http;
mod kitchen;
mod layers;
#[cfg(target_os = "linux")]
mod limits;
#[cfg(unix)]
mod operations;
#[cfg(unix)]
mod process;
mod proxy;
mod raw;
mod schema;
mod schemas;
mod served;
mod server;
#[cfg(unix)]
mod signals;
mod sse;
#[cfg(unix)]
mod stdio;
mod subscriptions;
mod tidy;
mod tls;
mod transports;
mod traps;
mod ui;
mod update;
