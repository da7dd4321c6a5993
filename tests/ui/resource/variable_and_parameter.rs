use mcp_runtime::resource;

#[resource("users://{id}/posts/{post}")]
fn post(id: u64, pots: u64, lang: String) -> String {
    format!("{id} {pots} {lang}")
}

#[resource("config://app")]
fn config(name: String) -> String {
    name
}

fn main() {}
