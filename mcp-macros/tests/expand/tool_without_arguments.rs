fn now() -> String {
    body()
}
#[doc(hidden)]
#[allow(non_upper_case_globals)]
const __mcp_now: ::mcp_runtime::Item = {
    use ::mcp_runtime::__private as __mcp;
    fn __run(__call: __mcp::Call) -> __mcp::ToolOutcome {
        let __value = now();
        __mcp::tool_result!(__value)
    }
    static __DEF: __mcp::ToolDef = __mcp::ToolDef::new(
        "now",
        __mcp::location!(),
        __mcp::no_arguments,
        __mcp::tool_output!(String),
        __mcp::Run::Sync(__run),
    );
    const __ITEM: __mcp::Item = __mcp::Item::Tool(&__DEF);
    __mcp::inventory::submit! {
        __ITEM
    }
    __ITEM
};
