//! One integration binary: link time is our daily cost.

mod golden;
mod http;
mod kitchen;
mod raw;
mod schema;
mod served;
mod server;
#[cfg(unix)]
mod stdio;
mod sse;
mod tidy;
mod ui;
