use mcp_runtime::prompt;

#[prompt]
fn ask(#[arg(header = "Who")] who: String) -> String {
    who
}

fn main() {}
