use mcp_runtime::tool;

struct User;

#[tool]
fn who(#[ctx] user: User) {
    drop(user);
}

fn main() {}
