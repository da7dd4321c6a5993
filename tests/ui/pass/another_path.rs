//! `crate = ..` for those who reach the runtime through another crate.

mod facade {
    pub use mcp_runtime as mcp;
}

#[facade::mcp::tool(crate = crate::facade::mcp)]
fn add(a: i64, name: &str) -> i64 {
    let _ = name;
    a
}

macro_rules! with_crate {
    ($name:ident) => {
        #[mcp_runtime::prompt(crate = $crate::facade::mcp)]
        fn $name(a: String) -> String {
            a
        }
    };
}

with_crate!(ask);

#[mcp_runtime::resource("a://{b}", crate = facade::mcp)]
async fn read(b: i64) -> Vec<u8> {
    vec![b as u8]
}

fn main() {
    let _ = facade::mcp::tools![add, ask, read];
}
