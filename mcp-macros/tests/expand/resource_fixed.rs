/// The configuration.
fn config(app: &App) -> Config {
    app.config()
}
#[doc(hidden)]
#[allow(non_upper_case_globals)]
const __mcp_config: ::mcp_runtime::Item = {
    use ::mcp_runtime::__private as __mcp;
    fn __run(__call: __mcp::Call) -> __mcp::ResourceOutcome {
        let __value = config(__call.state::<App>());
        __mcp::resource_result!(__value)
    }
    static __SETTINGS: __mcp::ResourceSettings = __mcp::ResourceSettings::new()
        .mime_type("application/json")
        .size(512u64)
        .audience(&[__mcp::Role::User, __mcp::Role::Assistant])
        .priority(0.5f64)
        .last_modified("1999-12-31")
        .ttl(::core::time::Duration::from_secs(60u64))
        .scope(__mcp::CacheScope::Public)
        .needs(&[__mcp::Need::of::<App>()]);
    static __DEF: __mcp::ResourceDef = __mcp::ResourceDef::new(
            "config",
            __mcp::location!(),
            __mcp::UriTemplate::new(
                "config://app",
                &[__mcp::UriPart::Literal("config://app")],
            ),
            __mcp::no_arguments,
            __mcp::Run::Sync(__run),
        )
        .description("The configuration.")
        .settings(&__SETTINGS);
    const __ITEM: __mcp::Item = __mcp::Item::Resource(&__DEF);
    __mcp::inventory::submit! {
        __ITEM
    }
    __ITEM
};
