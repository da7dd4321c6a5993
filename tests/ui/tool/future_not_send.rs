use std::rc::Rc;

use mcp_runtime::tool;

#[tool]
async fn count(text: String) -> usize {
    let text = Rc::new(text);
    std::future::ready(()).await;
    text.len()
}

fn main() {}
