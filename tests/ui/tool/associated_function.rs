use mcp_runtime::tool;

struct Server;

impl Server {
    #[tool]
    fn add(a: i64) -> i64 {
        a
    }
}

fn main() {}
