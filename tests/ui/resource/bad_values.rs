use mcp_runtime::resource;

#[resource("a://b", size = -1, audience(everyone), priority = 2.0, last_modified = "yesterday")]
fn config() -> String {
    String::new()
}

#[resource("a://b", audience = "user", priority = "high")]
fn other() -> String {
    String::new()
}

fn main() {}
