//! One integration binary: link time is our daily cost.

mod golden;
mod kitchen;
mod schema;
mod server;
#[cfg(unix)]
mod stdio;
mod tidy;
mod ui;
