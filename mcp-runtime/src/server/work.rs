use std::sync::Arc;
use std::task::{self, Poll};
use std::time::Duration;

use super::Service;
use super::call::Running;
use super::methods::{completion, prompts, resources, tools};
use super::reply::Reply;
use crate::context::Context;
use crate::handler::{Fault, ResourceOutput, ToolError};
use crate::registry::{PromptEntry, ResourceEntry, ToolEntry};
use crate::wire::prompt::GetPromptResult;
use crate::wire::tool::CallToolResult;

/// A running function of one kind, with what is needed to answer for it.
pub(super) enum Work {
    Tool(Running<CallToolResult>, Arc<ToolEntry>),
    Resource(Running<ResourceOutput>, Arc<ResourceEntry>, String),
    Prompt(Running<GetPromptResult>, Arc<PromptEntry>),
    Completion(Running<Vec<String>>),
}

impl Work {
    pub(super) fn poll(
        &mut self,
        service: &Service,
        context: &Context,
        cx: &mut task::Context<'_>,
    ) -> Poll<Reply> {
        match self {
            Self::Tool(running, entry) => {
                running.poll(cx).map(|outcome| tools::reply(service, context, entry, outcome))
            }
            Self::Resource(running, entry, uri) => running
                .poll(cx)
                .map(|outcome| resources::reply(service, context, entry, uri, outcome)),
            Self::Prompt(running, entry) => {
                running.poll(cx).map(|outcome| prompts::reply(service, context, entry, outcome))
            }
            Self::Completion(running) => {
                running.poll(cx).map(|outcome| completion::reply(service, context, outcome))
            }
        }
    }

    /// The function, for messages about it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Tool(_, entry) => entry.def.name,
            Self::Resource(_, entry, _) => entry.def.name,
            Self::Prompt(_, entry) => entry.def.name,
            Self::Completion(_) => "completion",
        }
    }

    /// The reply to a call that took too long: an error of its kind.
    pub(super) fn timed_out(&self, service: &Service, context: &Context, limit: Duration) -> Reply {
        let fault = || Fault::from(ToolError::new(format!("timed out after {limit:?}")));
        match self {
            Self::Tool(_, entry) => tools::reply(service, context, entry, Err(fault())),
            Self::Resource(_, entry, uri) => {
                resources::reply(service, context, entry, uri, Err(fault()))
            }
            Self::Prompt(_, entry) => prompts::reply(service, context, entry, Err(fault())),
            Self::Completion(_) => completion::reply(service, context, Err(fault())),
        }
    }
}
