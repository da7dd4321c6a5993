//! The attributes of `mcp-runtime`. Use them through that crate, where they are documented.
