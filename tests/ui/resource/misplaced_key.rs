use mcp_runtime::resource;

#[resource("a://b", read_only)]
fn config() -> String {
    String::new()
}

fn main() {}
