fn find(db: &Db, query: Query) -> &'static str {
    body()
}
#[doc(hidden)]
#[allow(non_upper_case_globals)]
const __mcp_find: ::mcp_runtime::Item = {
    use ::mcp_runtime::__private as __mcp;
    type __Arguments = Query;
    fn __run(__call: __mcp::Call) -> __mcp::ToolOutcome {
        let __arguments: __Arguments = __call.arguments()?;
        let __value = find(__call.state::<Db>(), __arguments);
        __mcp::tool_result!(__value)
    }
    __mcp::Item::Tool(
        &__mcp::ToolDef::new(
                "find",
                __mcp::location!(),
                __mcp::arguments_schema::<__Arguments>,
                __mcp::tool_output!(& 'static str),
                __mcp::Run::Inline(__run),
            )
            .needs(&[__mcp::Need::of::<Db>()]),
    )
};
::mcp_runtime::__private::inventory::submit! {
    __mcp_find
}
