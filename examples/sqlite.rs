//! sqlite
fn main() {}
