use mcp_runtime::prompt;

#[prompt]
fn explain() -> u64 {
    1
}

#[prompt]
fn maybe() -> Result<Vec<String>, String> {
    Ok(Vec::new())
}

fn main() {}
