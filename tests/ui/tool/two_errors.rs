use mcp_runtime::tool;

#[tool(titel = "Greet")]
fn greet(name: &String, (x, y): (u8, u8)) -> String {
    format!("{name} {x} {y}")
}

fn main() {}
