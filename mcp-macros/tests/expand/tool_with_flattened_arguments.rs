fn find(db: &Db, query: Query) -> &str {
    body()
}
#[doc(hidden)]
#[allow(non_upper_case_globals)]
const __mcp_find: ::mcp_runtime::Item = {
    use ::mcp_runtime::__private as __mcp;
    const __ARGUMENTS: __mcp::Arguments<Query> = __mcp::arguments::<Query>();
    fn __run(__call: __mcp::Call) -> __mcp::ToolOutcome {
        let __arguments = __ARGUMENTS.read(&__call)?;
        let __value = find(__call.state::<Db>(), __arguments);
        __mcp::tool_result!(__value)
    }
    static __SETTINGS: __mcp::ToolSettings = __mcp::ToolSettings::new()
        .needs(&[__mcp::Need::of::<Db>()]);
    static __DEF: __mcp::ToolDef = __mcp::ToolDef::new(
            "find",
            __mcp::location!(),
            __ARGUMENTS.schema(),
            __mcp::tool_output!(& 'static str),
            __mcp::Run::Inline(__run),
        )
        .settings(&__SETTINGS);
    const __ITEM: __mcp::Item = __mcp::Item::Tool(&__DEF);
    __mcp::inventory::submit! {
        __ITEM
    }
    __ITEM
};
