/// Not said to clients.
#[cfg(unix)]
#[deprecated]
fn r#move(r#type: String) {}
#[cfg(unix)]
#[doc(hidden)]
#[allow(non_upper_case_globals, deprecated)]
const __mcp_move: facade::mcp::Item = {
    use facade::mcp::__private as __mcp;
    #[derive(__mcp::serde::Deserialize, __mcp::schemars::JsonSchema)]
    #[serde(crate = "__mcp::serde")]
    #[schemars(crate = "__mcp::schemars")]
    struct __Arguments<__T0> {
        r#type: __T0,
    }
    const fn __arguments<__T0: __mcp::Argument>() -> __mcp::Arguments<
        __Arguments<__T0>,
    > {
        __mcp::arguments()
    }
    const __ARGUMENTS: __mcp::Arguments<__Arguments<String>> = __arguments::<String>();
    fn __run(__call: __mcp::Call) -> __mcp::ToolOutcome {
        let __arguments = __ARGUMENTS.read(&__call)?;
        let __value = r#move(__arguments.r#type);
        __mcp::tool_result!(__value)
    }
    static __SETTINGS: __mcp::ToolSettings = __mcp::ToolSettings::new()
        .title("Read a file")
        .read_only(true)
        .destructive(false)
        .idempotent(true)
        .open_world(false)
        .timeout(::core::time::Duration::from_secs(30u64))
        .scopes(&["files:read", "files:list"])
        .max_concurrency(4u64)
        .input_schema(schemas::MOVE)
        .output_schema(include_str!("moved.json"))
        .icons(
            &[
                __mcp::Icon::new("https://example.com/a.png")
                    .mime_type("image/png")
                    .sizes(&["48x48", "96x96"])
                    .theme(__mcp::Theme::Dark),
            ],
        )
        .meta("{\"com.example/owner\":\"files\",\"beta\":true}");
    static __DEF: __mcp::ToolDef = __mcp::ToolDef::new(
            "files.read",
            __mcp::location!(),
            __ARGUMENTS.schema(),
            __mcp::tool_output!(()),
            __mcp::Run::Blocking(__run),
        )
        .description("Reads.")
        .settings(&__SETTINGS);
    const __ITEM: __mcp::Item = __mcp::Item::Tool(&__DEF);
    __mcp::inventory::submit! {
        __ITEM
    }
    __ITEM
};
