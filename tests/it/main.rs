//! One integration binary: link time is our daily cost.

mod golden;
mod kitchen;
mod schema;
mod server;
mod tidy;
mod ui;
