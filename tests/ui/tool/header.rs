#![allow(unused_variables)]

use mcp_runtime::tool;

struct Db;

#[tool]
fn names(
    #[arg(header = "")] a: String,
    #[arg(header = "my region")] b: String,
    #[arg(header = "Region")] c: String,
    #[arg(header = "REGION")] d: String,
    #[arg(header)] e: String,
) {
}

#[tool]
fn types(
    #[arg(header = "A")] a: f64,
    #[arg(header = "B")] b: Option<Vec<String>>,
    #[arg(header = "C")] c: &[u8],
    #[arg(header = "D")] d: &Db,
) {
}

#[tool(input_schema = "{}")]
fn by_hand(#[arg(header = "A")] a: String) {}

fn main() {}
