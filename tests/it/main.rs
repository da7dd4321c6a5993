//! One integration binary: link time is our daily cost.

mod golden;
mod kitchen;
mod schema;
mod tidy;
mod ui;
