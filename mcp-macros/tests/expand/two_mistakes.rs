::core::compile_error! {
    "`#[tool]` has no key `titel`; did you mean `title`?"
}
::core::compile_error! {
    "`&String` is neither state nor borrowed text: use `&str` or `String`"
}
pub fn greet(name: &String) -> String {
    body()
}
#[doc(hidden)]
#[allow(non_upper_case_globals)]
pub const __mcp_greet: ::mcp_runtime::Item = {
    use ::mcp_runtime::__private as __mcp;
    __mcp::Item::Tool(
        &__mcp::ToolDef::new(
            "",
            __mcp::location!(),
            __mcp::no_arguments,
            __mcp::tool_output!(()),
            __mcp::Run::Sync(|_| ::core::unreachable!()),
        ),
    )
};
