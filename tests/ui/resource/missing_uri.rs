use mcp_runtime::resource;

#[resource]
fn config() -> String {
    String::new()
}

#[resource(title = "T", "config://app")]
fn late() -> String {
    String::new()
}

fn main() {}
