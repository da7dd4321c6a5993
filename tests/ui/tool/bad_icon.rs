use mcp_runtime::tool;

#[tool(
    icon("http://example.com/a.png"),
    icon("https://example.com/a.png", size = "48x48"),
    icon("https://example.com/a.png", sizes = "big"),
    icon("https://example.com/a.png", theme = "blue"),
    icon(theme = "dark"),
)]
fn add(a: i64) -> i64 {
    a
}

fn main() {}
