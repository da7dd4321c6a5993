use mcp_runtime::tool;

#[tool]
fn show<T: std::fmt::Display>(value: T) -> String {
    value.to_string()
}

#[tool]
fn first<const N: usize>(values: [u8; N]) -> u8 {
    values[0]
}

fn main() {}
