//! One integration binary: link time is our daily cost.

mod tidy;
