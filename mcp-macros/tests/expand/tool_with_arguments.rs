/// Adds two numbers.
///
/// Exactly.
#[another::attribute]
pub(crate) fn add(a: i64, #[allow(unused_mut)] mut b: i64) -> i64 {
    a + b
}
#[doc(hidden)]
#[allow(non_upper_case_globals)]
pub(crate) const __mcp_add: ::mcp_runtime::Item = {
    use ::mcp_runtime::__private as __mcp;
    #[derive(__mcp::serde::Deserialize, __mcp::schemars::JsonSchema)]
    #[serde(crate = "__mcp::serde")]
    #[schemars(crate = "__mcp::schemars")]
    struct __Arguments<__T0> {
        /// First addend
        a: __T0,
        /// Second addend
        #[serde(default, rename = "with")]
        b: i64,
    }
    const fn __arguments<__T0: __mcp::Argument>() -> __mcp::Arguments<
        __Arguments<__T0>,
    > {
        __mcp::arguments()
    }
    const __ARGUMENTS: __mcp::Arguments<__Arguments<i64>> = __arguments::<i64>();
    fn __run(__call: __mcp::Call) -> __mcp::ToolOutcome {
        let __arguments = __ARGUMENTS.read(&__call)?;
        let __value = add(__arguments.a, __arguments.b);
        __mcp::tool_result!(__value)
    }
    static __DEF: __mcp::ToolDef = __mcp::ToolDef::new(
            "add",
            __mcp::location!(),
            __ARGUMENTS.schema(),
            __mcp::tool_output!(i64),
            __mcp::Run::Sync(__run),
        )
        .description("Adds two numbers.\n\nExactly.");
    const __ITEM: __mcp::Item = __mcp::Item::Tool(&__DEF);
    __mcp::inventory::submit! {
        __ITEM
    }
    __ITEM
};
