/// Declares the methods once: variant and name.
macro_rules! methods {
    ($($variant:ident = $name:literal,)*) => {
        /// What a message asks for or tells. Which revision serves which is a fact of the revision.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub(crate) enum Method {
            $($variant,)*
            Other(Box<str>),
        }

        impl From<&str> for Method {
            fn from(name: &str) -> Self {
                match name {
                    $($name => Self::$variant,)*
                    other => Self::Other(other.into()),
                }
            }
        }

        impl Method {
            /// Its name, or `other` for all that are none of the protocol's.
            pub(crate) fn label(&self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Other(_) => "other",
                }
            }

            pub(crate) fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Other(name) => name,
                }
            }
        }
    };
}

methods! {
    Initialize = "initialize",
    Initialized = "notifications/initialized",
    Ping = "ping",
    Discover = "server/discover",
    ToolsList = "tools/list",
    ToolsCall = "tools/call",
    ResourcesList = "resources/list",
    ResourceTemplatesList = "resources/templates/list",
    ResourcesRead = "resources/read",
    Subscribe = "resources/subscribe",
    Unsubscribe = "resources/unsubscribe",
    Listen = "subscriptions/listen",
    PromptsList = "prompts/list",
    PromptsGet = "prompts/get",
    Complete = "completion/complete",
    SetLevel = "logging/setLevel",
    Cancelled = "notifications/cancelled",
}

impl Method {
    /// Whether serving it runs a function of the author's, which may take any time.
    pub(crate) fn runs_a_function(&self) -> bool {
        matches!(
            self,
            Self::ToolsCall
                | Self::ResourcesRead
                | Self::PromptsGet
                | Self::Complete
                | Self::Other(_)
        )
    }
}
