use mcp_runtime::prompt;

#[prompt]
enum Explain {}

fn main() {}
