fn scale(region: &str, #[cfg(unix)] copies: Option<u8>) {}
#[doc(hidden)]
#[allow(non_upper_case_globals)]
const __mcp_scale: ::mcp_runtime::Item = {
    use ::mcp_runtime::__private as __mcp;
    #[derive(__mcp::serde::Deserialize, __mcp::schemars::JsonSchema)]
    #[serde(crate = "__mcp::serde")]
    #[schemars(crate = "__mcp::schemars")]
    struct __Arguments<__T0> {
        region: __T0,
        #[cfg(unix)]
        #[serde(rename = "n")]
        copies: Option<u8>,
    }
    const fn __arguments<__T0: __mcp::Argument>() -> __mcp::Arguments<
        __Arguments<__T0>,
    > {
        __mcp::arguments()
    }
    const __ARGUMENTS: __mcp::Arguments<__Arguments<::std::string::String>> = __arguments::<
        ::std::string::String,
    >();
    fn __run(__call: __mcp::Call) -> __mcp::ToolOutcome {
        let __arguments = __ARGUMENTS.read(&__call)?;
        let __value = scale(&__arguments.region, #[cfg(unix)] __arguments.copies);
        __mcp::tool_result!(__value)
    }
    static __SETTINGS: __mcp::ToolSettings = __mcp::ToolSettings::new()
        .headers(&[("region", "Region"), #[cfg(unix)] ("n", "Copies")]);
    static __DEF: __mcp::ToolDef = __mcp::ToolDef::new(
            "scale",
            __mcp::location!(),
            __ARGUMENTS.schema(),
            __mcp::tool_output!(()),
            __mcp::Run::Sync(__run),
        )
        .settings(&__SETTINGS);
    const __ITEM: __mcp::Item = __mcp::Item::Tool(&__DEF);
    __mcp::inventory::submit! {
        __ITEM
    }
    __ITEM
};
