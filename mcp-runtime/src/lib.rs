//! Annotate plain Rust functions, get an MCP server.
