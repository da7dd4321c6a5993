//! The functions that `it::transports` asks for in every mode, as a process.

#[path = "../transports/functions.rs"]
mod functions;
#[path = "../kitchen.rs"]
mod kitchen;

use std::process::ExitCode;

fn main() -> ExitCode {
    functions::server().run()
}
