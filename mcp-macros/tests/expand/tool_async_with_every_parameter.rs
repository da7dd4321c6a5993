/// Searches.
pub async fn search<'a>(
    ctx: &Context,
    db: &'a Db<'a>,
    store: &(dyn Store + Send + Sync),
    user: User,
    query: &str,
    ids: &[u64],
    page: Page,
    #[cfg(feature = "order")]
    order: Order,
) -> Result<Vec<Hit>, Error<'a>> {
    body().await
}
#[doc(hidden)]
#[allow(non_upper_case_globals)]
pub const __mcp_search: ::mcp_runtime::Item = {
    use ::mcp_runtime::__private as __mcp;
    #[derive(__mcp::serde::Deserialize, __mcp::schemars::JsonSchema)]
    #[serde(crate = "__mcp::serde")]
    #[schemars(crate = "__mcp::schemars")]
    struct __Arguments<__T0, __T1, __T2> {
        query: __T0,
        ids: __T1,
        #[serde(flatten)]
        page: __T2,
        #[cfg(feature = "order")]
        order: Order,
    }
    const fn __arguments<
        __T0: __mcp::Argument,
        __T1: __mcp::Argument,
        __T2: __mcp::Argument,
    >() -> __mcp::Arguments<__Arguments<__T0, __T1, __T2>> {
        __mcp::arguments()
    }
    const __ARGUMENTS: __mcp::Arguments<
        __Arguments<::std::string::String, ::std::vec::Vec<u64>, Page>,
    > = __arguments::<::std::string::String, ::std::vec::Vec<u64>, Page>();
    async fn __run(__call: __mcp::Call) -> __mcp::ToolOutcome {
        let __arguments = __ARGUMENTS.read(&__call)?;
        let __value = __mcp::future_must_be_send(
                search(
                    __call.state::<Context>(),
                    __call.state::<Db<'static>>(),
                    __call.state_dyn::<dyn Store + Send + Sync>(),
                    __call.extract::<User>()?,
                    &__arguments.query,
                    &__arguments.ids,
                    __arguments.page,
                    #[cfg(feature = "order")]
                    __arguments.order,
                ),
            )
            .await;
        __mcp::tool_result!(__value)
    }
    static __SETTINGS: __mcp::ToolSettings = __mcp::ToolSettings::new()
        .needs(
            &[
                __mcp::Need::of::<Context>(),
                __mcp::Need::of::<Db<'static>>(),
                __mcp::Need::of::<dyn Store + Send + Sync>(),
            ],
        );
    static __DEF: __mcp::ToolDef = __mcp::ToolDef::new(
            "search",
            __mcp::location!(),
            __ARGUMENTS.schema(),
            __mcp::tool_output!(Result < Vec < Hit >, Error < 'static > >),
            __mcp::Run::Async(|__call| ::std::boxed::Box::pin(__run(__call))),
        )
        .description("Searches.")
        .settings(&__SETTINGS);
    const __ITEM: __mcp::Item = __mcp::Item::Tool(&__DEF);
    __mcp::inventory::submit! {
        __ITEM
    }
    __ITEM
};
