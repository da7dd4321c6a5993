async fn file(
    user: &str,
    path: Vec<String>,
    rev: Option<String>,
    full: bool,
) -> Option<Vec<u8>> {
    body()
}
#[doc(hidden)]
#[allow(non_upper_case_globals)]
const __mcp_file: ::mcp_runtime::Item = {
    use ::mcp_runtime::__private as __mcp;
    #[derive(__mcp::serde::Deserialize, __mcp::schemars::JsonSchema)]
    #[serde(crate = "__mcp::serde")]
    #[schemars(crate = "__mcp::schemars")]
    struct __Arguments<__T1, __T2, __T3> {
        #[serde(rename = "owner")]
        user: ::std::string::String,
        path: __T1,
        rev: __T2,
        full: __T3,
    }
    const fn __arguments<
        __T1: __mcp::Argument,
        __T2: __mcp::Argument,
        __T3: __mcp::Argument,
    >() -> __mcp::Arguments<__Arguments<__T1, __T2, __T3>> {
        __mcp::text_arguments()
    }
    const __ARGUMENTS: __mcp::Arguments<
        __Arguments<Vec<String>, Option<String>, bool>,
    > = __arguments::<Vec<String>, Option<String>, bool>();
    async fn __run(__call: __mcp::Call) -> __mcp::ResourceOutcome {
        let __arguments = __ARGUMENTS.read(&__call)?;
        let __value = __mcp::future_must_be_send(
                file(
                    &__arguments.user,
                    __arguments.path,
                    __arguments.rev,
                    __arguments.full,
                ),
            )
            .await;
        __mcp::resource_result!(__value)
    }
    static __DEF: __mcp::ResourceDef = __mcp::ResourceDef::new(
        "file",
        __mcp::location!(),
        __mcp::UriTemplate::new(
            "repo://{owner}/files{/path*}{?rev,full}",
            &[
                __mcp::UriPart::Literal("repo://"),
                __mcp::UriPart::Variable {
                    name: "owner",
                    operator: __mcp::Operator::Simple,
                    explode: false,
                },
                __mcp::UriPart::Literal("/files"),
                __mcp::UriPart::Variable {
                    name: "path",
                    operator: __mcp::Operator::Path,
                    explode: true,
                },
                __mcp::UriPart::Variable {
                    name: "rev",
                    operator: __mcp::Operator::Query,
                    explode: false,
                },
                __mcp::UriPart::Variable {
                    name: "full",
                    operator: __mcp::Operator::QueryContinuation,
                    explode: false,
                },
            ],
        ),
        __ARGUMENTS.schema(),
        __mcp::Run::Async(|__call| ::std::boxed::Box::pin(__run(__call))),
    );
    const __ITEM: __mcp::Item = __mcp::Item::Resource(&__DEF);
    __mcp::inventory::submit! {
        __ITEM
    }
    __ITEM
};
