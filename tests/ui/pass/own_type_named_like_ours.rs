//! A result type may have the name of a type of the runtime.

use mcp_runtime::{tool, tools};

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Probe {
    depth: u8,
}

#[tool]
fn probe() -> Probe {
    Probe { depth: 1 }
}

#[tool]
async fn try_probe() -> Result<Probe, String> {
    Ok(Probe { depth: 1 })
}

fn main() {
    let _ = tools![probe, try_probe];
}
