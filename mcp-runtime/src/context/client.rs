use serde_json::Value;

use crate::revision::Revision;
use crate::wire::initialize::{ClientCapabilities, ClientInfo};
use crate::wire::{Member, Message};

/// A client's declaration of itself: from `initialize`, or from the request's own `_meta`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Client {
    pub(crate) info: ClientInfo,
    pub(crate) capabilities: ClientCapabilities,
    elicits: bool,
    elicits_by_url: bool,
    samples_with_tools: bool,
    includes_context: bool,
}

impl Client {
    /// What a request says of its client.
    pub(crate) fn of_request(revision: Revision, message: &Message) -> Self {
        let (info, capabilities) = (Member::MetaClientInfo, Member::MetaClientCapabilities);
        Self::from_raw(revision, message.raw(info), message.raw(capabilities))
    }

    /// Lenient: what cannot be read was not declared.
    pub(crate) fn from_raw(
        revision: Revision,
        info: Option<&[u8]>,
        capabilities: Option<&[u8]>,
    ) -> Self {
        fn read<T: serde::de::DeserializeOwned + Default>(raw: Option<&[u8]>) -> T {
            raw.and_then(|raw| serde_json::from_slice(raw).ok()).unwrap_or_default()
        }
        let facts = revision.facts();
        let capabilities: ClientCapabilities = read(capabilities);
        let modes = capabilities.elicitation.as_ref();
        let sampling = capabilities.sampling.as_ref();
        Self {
            info: read(info),
            // Without a mode it is forms: there was nothing else once (client/elicitation).
            elicits: facts.elicits
                && modes.is_some_and(|modes| {
                    !facts.elicits_by_url
                        || modes.contains_key("form")
                        || !modes.contains_key("url")
                }),
            elicits_by_url: facts.elicits_by_url
                && modes.is_some_and(|modes| modes.contains_key("url")),
            samples_with_tools: facts.sampling_has_parts
                && sampling.is_some_and(|parts| parts.contains_key("tools")),
            // Once there was nothing to declare.
            includes_context: sampling
                .is_some_and(|parts| !facts.sampling_has_parts || parts.contains_key("context")),
            capabilities,
        }
    }

    /// The client's name and version. Never decide on them: any client can say anything.
    pub fn info(&self) -> &ClientInfo {
        &self.info
    }

    /// Whether its user can be asked to fill in a form: [`Context::elicit`](crate::Context::elicit).
    ///
    /// ```
    /// use mcp_runtime::{AskError, Context, Elicited, tool};
    ///
    /// #[derive(serde::Deserialize, schemars::JsonSchema)]
    /// struct Confirm {
    ///     sure: bool,
    /// }
    ///
    /// /// Empties the bin.
    /// #[tool]
    /// async fn empty(ctx: &Context, sure: Option<bool>) -> Result<&'static str, AskError> {
    ///     let sure = match sure {
    ///         Some(sure) => sure,
    ///         None if ctx.client().can_elicit() => {
    ///             let answer = ctx.elicit::<Confirm>("Empty the bin?").await?;
    ///             matches!(answer, Elicited::Accepted(Confirm { sure: true }))
    ///         }
    ///         None => false, // nobody to ask
    ///     };
    ///     Ok(if sure { "emptied" } else { "nothing was done" })
    /// }
    /// ```
    pub fn can_elicit(&self) -> bool {
        self.elicits
    }

    /// Whether its user can be asked to open a page.
    pub fn can_elicit_url(&self) -> bool {
        self.elicits_by_url
    }

    /// Whether its model can be asked for a message: [`Context::sample`](crate::Context::sample).
    pub fn can_sample(&self) -> bool {
        self.capabilities.sampling.is_some()
    }

    /// Whether its model can be given tools: [`Sample::tool`](crate::Ask::tool).
    pub fn can_sample_with_tools(&self) -> bool {
        self.samples_with_tools
    }

    /// Whether it adds what it knows of servers to a message, if it is asked to.
    pub(super) fn can_include_context(&self) -> bool {
        self.includes_context
    }

    /// Whether it tells its folders: [`Context::roots`](crate::Context::roots).
    pub fn can_list_roots(&self) -> bool {
        self.capabilities.roots.is_some()
    }

    /// The client's settings for an extension it declares, for example `io.modelcontextprotocol/ui`.
    pub fn extension(&self, name: &str) -> Option<&Value> {
        self.capabilities.extensions.get(name)
    }

    /// The client's settings for an experimental capability it declares.
    pub fn experimental(&self, name: &str) -> Option<&Value> {
        self.capabilities.experimental.get(name)
    }
}
