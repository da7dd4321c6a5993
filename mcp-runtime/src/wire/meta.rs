use std::borrow::Cow;

use super::{Code, ErrorObject, Member, Message, RequestId};

/// The reserved members of a request's `_meta` (basic, "General fields").
///
/// The capabilities stay JSON: few calls look at them. The level of logs is `LogLevel`'s to read.
#[derive(Debug)]
pub(crate) struct RequestMeta<'a> {
    pub(crate) progress_token: Option<RequestId>,
    pub(crate) protocol_version: Option<Cow<'a, str>>,
    pub(crate) client_capabilities: Option<&'a [u8]>,
}

impl<'a> RequestMeta<'a> {
    /// Empty if there is none.
    pub(crate) fn of(message: &'a Message) -> Result<Self, ErrorObject> {
        if message.raw(Member::Meta).is_some_and(|meta| !meta.starts_with(b"{")) {
            return Err(ErrorObject::new(Code::INVALID_PARAMS, "params._meta: expected an object"));
        }
        Ok(Self {
            progress_token: message.read(Member::ProgressToken)?,
            protocol_version: message.text(Member::MetaProtocolVersion)?,
            client_capabilities: message.raw(Member::MetaClientCapabilities),
        })
    }
}

impl Message {
    /// Whether its `_meta` has any member that only the stateless revision has.
    pub(crate) fn describes_itself(&self) -> bool {
        const DESCRIBING: [Member; 4] = [
            Member::MetaProtocolVersion,
            Member::MetaClientInfo,
            Member::MetaClientCapabilities,
            Member::MetaLogLevel,
        ];
        DESCRIBING.into_iter().any(|member| self.raw(member).is_some())
    }
}
