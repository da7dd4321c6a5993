use mcp_runtime::resource;

#[resource("app")]
fn relative() -> String {
    String::new()
}

#[resource("config://my app")]
fn space() -> String {
    String::new()
}

#[resource("config://100%")]
fn percent() -> String {
    String::new()
}

fn main() {}
