//! `cargo test` needs Rust alone, so it leaves things out. It says so, in one line.
#![allow(clippy::print_stdout, reason = "the line is all there is to this program")]

fn main() {
    // A filter or a flag asks for something else; `cargo xtask test` leaves nothing out.
    let asked_for_more = std::env::args().len() > 1 || std::env::var_os("MCP_XTASK").is_some();
    if !asked_for_more {
        println!(
            "left out: lints, feature sets, documentation, crate counts, the sqlite example, a fresh project, the \
             official conformance suite and other people's clients. `cargo xtask test` runs them too"
        );
    }
}
