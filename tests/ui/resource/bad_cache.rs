use mcp_runtime::resource;

#[resource("a://b", ttl = 60, scope = "everyone")]
fn config() -> String {
    String::new()
}

#[resource("a://c", ttl = "an hour", scope)]
fn other() -> String {
    String::new()
}

fn main() {}
