fn visit(city: String, #[cfg(unix)] when: Option<String>) -> String {
    body()
}
#[doc(hidden)]
#[allow(non_upper_case_globals)]
const __mcp_visit: ::mcp_runtime::Item = {
    use ::mcp_runtime::__private as __mcp;
    #[derive(__mcp::serde::Deserialize, __mcp::schemars::JsonSchema)]
    #[serde(crate = "__mcp::serde")]
    #[schemars(crate = "__mcp::schemars")]
    struct __Arguments<__T0> {
        city: __T0,
        #[cfg(unix)]
        #[serde(rename = "time")]
        when: Option<String>,
    }
    const fn __arguments<__T0: __mcp::Argument>() -> __mcp::Arguments<
        __Arguments<__T0>,
    > {
        __mcp::text_arguments()
    }
    const __ARGUMENTS: __mcp::Arguments<__Arguments<String>> = __arguments::<String>();
    fn __run(__call: __mcp::Call) -> __mcp::PromptOutcome {
        let __arguments = __ARGUMENTS.read(&__call)?;
        let __value = visit(__arguments.city, #[cfg(unix)] __arguments.when);
        __mcp::prompt_result!(__value)
    }
    static __SETTINGS: __mcp::PromptSettings = __mcp::PromptSettings::new()
        .completers(
            &[
                __mcp::Completer::new("city", || __mcp::completing(cities)),
                #[cfg(unix)]
                __mcp::Completer::new("time", || __mcp::completing(["day", "night"])),
            ],
        );
    static __DEF: __mcp::PromptDef = __mcp::PromptDef::new(
            "visit",
            __mcp::location!(),
            __ARGUMENTS.schema(),
            __mcp::Run::Sync(__run),
        )
        .settings(&__SETTINGS);
    const __ITEM: __mcp::Item = __mcp::Item::Prompt(&__DEF);
    __mcp::inventory::submit! {
        __ITEM
    }
    __ITEM
};
