use mcp_runtime::prompt;

#[prompt(blocking, mime_type = "text/plain", read_only)]
fn explain() -> String {
    String::new()
}

fn main() {}
