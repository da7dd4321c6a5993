use mcp_runtime::prompt;

fn no_partial() -> Vec<String> {
    Vec::new()
}

#[prompt]
fn ask(#[complete(no_partial)] a: String) -> String {
    a
}

fn main() {}
