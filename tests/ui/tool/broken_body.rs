use mcp_runtime::tool;

#[tool]
fn add(a: i64, b: i64) -> i64 {
    let sum: String = a + b;
    summ
}

#[tool]
fn get(a: &String) -> i64 {
    a.lenn()
}

fn caller() {
    add(1, 2);
    get(&String::new());
    let _ = mcp_runtime::tools![add, get];
}

fn main() {}
