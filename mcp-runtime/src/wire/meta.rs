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

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn message(meta: &str) -> Message {
        let text =
            format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"_meta":{meta}}}}}"#);
        Message::parse(Bytes::from(text)).unwrap()
    }

    #[test]
    fn what_describes_a_request_is_read() {
        let message = message(
            r#"{"io.modelcontextprotocol\/protocolVersion":"\u0076","progressToken":1.0,"x":[null],
                "io.modelcontextprotocol/clientCapabilities":{ "a": 1 }}"#,
        );
        let meta = RequestMeta::of(&message).unwrap();
        assert_eq!(meta.protocol_version.as_deref(), Some("v"));
        assert_eq!(meta.progress_token, Some(RequestId::Number(1)));
        assert_eq!(meta.client_capabilities, Some(&br#"{ "a": 1 }"#[..]));
        assert!(message.describes_itself());
    }

    #[test]
    fn what_is_null_is_not_said() {
        for meta in [
            "null",
            "{}",
            r#"{"progressToken":null}"#,
            r#"{"io.modelcontextprotocol/clientInfo":null}"#,
        ] {
            let message = message(meta);
            assert!(RequestMeta::of(&message).is_ok(), "{meta}");
            assert!(!message.describes_itself(), "{meta}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (meta, named) in [
            ("[]", "params._meta: expected an object"),
            (r#"{"progressToken":1.5}"#, "params._meta.progressToken: "),
            (
                r#"{"io.modelcontextprotocol/protocolVersion":1}"#,
                "params._meta.io.modelcontextprotocol/protocolVersion: ",
            ),
        ] {
            let error = RequestMeta::of(&message(meta)).unwrap_err();
            assert!(error.message.starts_with(named), "{}", error.message);
            assert_eq!(error.code, Code::INVALID_PARAMS);
        }
    }
}
