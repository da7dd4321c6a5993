//! One fuzzer for all targets: `MCP_FUZZ` names the one to run.
#![no_main]

#[path = "../tests/fuzz/targets.rs"]
mod targets;

use libfuzzer_sys::fuzz_target;
use targets::{Site, TARGETS, Target};

thread_local! {
    static FUZZED: (Site, Target) = {
        let name = std::env::var("MCP_FUZZ").unwrap_or_default();
        let found = TARGETS.iter().find(|(known, _)| *known == name);
        let (_, target) = found.unwrap_or_else(|| panic!("MCP_FUZZ={name:?} is no target"));
        (Site::new(), *target)
    };
}

fuzz_target!(|data: &[u8]| FUZZED.with(|(site, target)| target(site, data)));
