use mcp_runtime::tool;

/// Adds two numbers.
#[tool]
fn add(
    /// First addend
    a: i64,
    /// Second addend
    b: i64,
) -> i64 {
    a + b
}

mcp_runtime::main!();
