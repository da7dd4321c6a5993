/// Explains a query.
fn explain(query: String, depth: Option<u8>) -> String {
    body()
}
#[doc(hidden)]
#[allow(non_upper_case_globals)]
const __mcp_explain: ::mcp_runtime::Item = {
    use ::mcp_runtime::__private as __mcp;
    #[derive(__mcp::serde::Deserialize, __mcp::schemars::JsonSchema)]
    #[serde(crate = "__mcp::serde")]
    #[schemars(crate = "__mcp::schemars")]
    struct __Arguments<__T0, __T1> {
        /// SQL
        query: __T0,
        depth: __T1,
    }
    const fn __arguments<__T0: __mcp::Argument, __T1: __mcp::Argument>() -> __mcp::Arguments<
        __Arguments<__T0, __T1>,
    > {
        __mcp::text_arguments()
    }
    const __ARGUMENTS: __mcp::Arguments<__Arguments<String, Option<u8>>> = __arguments::<
        String,
        Option<u8>,
    >();
    fn __run(__call: __mcp::Call) -> __mcp::PromptOutcome {
        let __arguments = __ARGUMENTS.read(&__call)?;
        let __value = explain(__arguments.query, __arguments.depth);
        __mcp::prompt_result!(__value)
    }
    static __SETTINGS: __mcp::PromptSettings = __mcp::PromptSettings::new()
        .title("Explain");
    static __DEF: __mcp::PromptDef = __mcp::PromptDef::new(
            "explain",
            __mcp::location!(),
            __ARGUMENTS.schema(),
            __mcp::Run::Sync(__run),
        )
        .description("Explains a query.")
        .settings(&__SETTINGS);
    const __ITEM: __mcp::Item = __mcp::Item::Prompt(&__DEF);
    __mcp::inventory::submit! {
        __ITEM
    }
    __ITEM
};
