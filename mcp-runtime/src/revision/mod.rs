//! The only place that knows revision dates: what each revision is called, what it has, and how
//! values are written for it.
//!
//! Everything else branches on a named fact (`facts.invalid_arguments_are_results`), never on a
//! revision. A new revision is one variant and one row; the compiler lists the rest.

mod encode;
mod fields;

use std::fmt;

use crate::wire::{Code, Method};

pub(crate) use encode::{
    Acknowledged, At, Changed, CompleteResult, DiscoverResult, ElicitForm, ElicitUrl, EncodeAt,
    InitializeResult, InputRequired, MethodResult, Page, Progressed, PromptResult, ReadResult,
    Stamp, Subscribed, SubscriptionEnded, ToolResult,
};

/// A published revision of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the dates")]
#[expect(
    clippy::exhaustive_enums,
    reason = "matched without `_`, so that a new revision finds every place"
)]
pub enum Revision {
    V2024_11_05,
    V2025_03_26,
    V2025_06_18,
    V2025_11_25,
    V2026_07_28,
}

/// How a client and a server of a revision come to know each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Era {
    /// `initialize` opens a session whose revision then holds.
    Handshake,
    /// Each request names its revision in `_meta`.
    Stateless,
}

/// What a revision does differently, as one row.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) name: &'static str,
    pub(crate) era: Era,
    /// Wrong arguments of a tool are a result the model reads (SEP-1303), not a protocol error.
    pub(crate) invalid_arguments_are_results: bool,
    pub(crate) resource_not_found: Code,
    /// A message whose id was unreadable is answered without an id; the older schemas have no such answer.
    pub(crate) answers_without_id: bool,
    /// A client that hangs up has cancelled (2026-07-28 streamable-http); before, work goes on.
    pub(crate) disconnect_cancels: bool,
    /// Clients can be asked to fill in a form.
    pub(crate) elicits: bool,
    /// Clients can be asked to open a URL.
    pub(crate) elicits_by_url: bool,
    /// Clients that can be asked for a message of their model declare what it may have in it.
    pub(crate) sampling_has_parts: bool,
    /// A client is asked by ending the call, and answers by making it again.
    pub(crate) asks_in_rounds: bool,
    /// Requests of an HTTP session name the revision in a header, and a name nobody knows is refused.
    pub(crate) version_header_checked: bool,
    /// Capabilities have a member for extensions.
    pub(crate) has_extensions: bool,
    /// Messages may come in arrays.
    pub(crate) batches: bool,
    /// A stream begins with an event by which a client can come back to it, and may end early.
    pub(crate) primes_streams: bool,
    /// Headers repeat the arguments whose schema asks for it.
    pub(crate) mirrors_arguments: bool,
    /// A client that completes an argument says which others it has.
    pub(crate) completes_in_context: bool,
}

const HANDSHAKE: Facts = Facts {
    name: "",
    era: Era::Handshake,
    invalid_arguments_are_results: false,
    resource_not_found: Code::RESOURCE_NOT_FOUND,
    answers_without_id: false,
    disconnect_cancels: false,
    elicits: false,
    elicits_by_url: false,
    sampling_has_parts: false,
    asks_in_rounds: false,
    version_header_checked: true,
    has_extensions: false,
    batches: false,
    primes_streams: false,
    mirrors_arguments: false,
    completes_in_context: true,
};

impl Revision {
    /// Every revision, oldest first.
    pub const ALL: [Self; 5] = [
        Self::V2024_11_05,
        Self::V2025_03_26,
        Self::V2025_06_18,
        Self::V2025_11_25,
        Self::V2026_07_28,
    ];

    /// The newest revision `initialize` can agree on: what an unknown request is countered with.
    pub(crate) const NEWEST_HANDSHAKE: Self = Self::V2025_11_25;

    /// What a session-less request that names no revision is taken for (2025-06-18 transports,
    /// "Protocol version header").
    pub(crate) const UNNAMED: Self = Self::V2025_03_26;

    /// The newest revision without a handshake.
    pub(crate) const NEWEST_STATELESS: Self = Self::V2026_07_28;

    /// The revision's name on the wire: its date.
    ///
    /// ```
    /// assert_eq!(mcp_runtime::Revision::V2025_06_18.as_str(), "2025-06-18");
    /// ```
    pub const fn as_str(self) -> &'static str {
        self.facts().name
    }

    /// The revision of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|revision| revision.as_str() == name)
    }

    pub(crate) const fn facts(self) -> &'static Facts {
        match self {
            Self::V2024_11_05 => &Facts {
                name: "2024-11-05",
                version_header_checked: false,
                completes_in_context: false,
                ..HANDSHAKE
            },
            Self::V2025_03_26 => &Facts {
                name: "2025-03-26",
                batches: true,
                version_header_checked: false,
                completes_in_context: false,
                ..HANDSHAKE
            },
            Self::V2025_06_18 => &Facts { name: "2025-06-18", elicits: true, ..HANDSHAKE },
            Self::V2025_11_25 => &Facts {
                name: "2025-11-25",
                invalid_arguments_are_results: true,
                answers_without_id: true,
                elicits: true,
                elicits_by_url: true,
                sampling_has_parts: true,
                primes_streams: true,
                ..HANDSHAKE
            },
            Self::V2026_07_28 => &Facts {
                name: "2026-07-28",
                era: Era::Stateless,
                invalid_arguments_are_results: true,
                resource_not_found: Code::INVALID_PARAMS,
                answers_without_id: true,
                disconnect_cancels: true,
                elicits: true,
                elicits_by_url: true,
                sampling_has_parts: true,
                asks_in_rounds: true,
                version_header_checked: true,
                has_extensions: true,
                batches: false,
                primes_streams: false,
                mirrors_arguments: true,
                completes_in_context: true,
            },
        }
    }

    /// Whether a client may send this method (requirements by revision, "Methods served").
    pub(crate) fn serves(self, method: &Method) -> bool {
        match method {
            Method::Initialize
            | Method::Initialized
            | Method::Ping
            | Method::SetLevel
            | Method::Subscribe
            | Method::Unsubscribe => self.facts().era == Era::Handshake,
            Method::Discover | Method::Listen => self.facts().era == Era::Stateless,
            Method::ToolsList
            | Method::ToolsCall
            | Method::ResourcesList
            | Method::ResourceTemplatesList
            | Method::ResourcesRead
            | Method::PromptsList
            | Method::PromptsGet
            | Method::Complete
            | Method::Cancelled => true,
            // An extension may have it.
            Method::Other(_) => true,
        }
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
