use serde_json::Value;
use serde_json::value::RawValue;

use crate::wire::initialize::{ClientCapabilities, ClientInfo};

/// A client's declaration of itself: from `initialize`, or from the request's own `_meta`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Client {
    pub(crate) info: ClientInfo,
    pub(crate) capabilities: ClientCapabilities,
}

impl Client {
    /// Lenient: what cannot be read was not declared.
    pub(crate) fn from_raw(info: Option<&RawValue>, capabilities: Option<&RawValue>) -> Self {
        fn read<T: serde::de::DeserializeOwned + Default>(raw: Option<&RawValue>) -> T {
            raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
        }
        Self { info: read(info), capabilities: read(capabilities) }
    }

    /// The client's name and version. Never decide on them: any client can say anything.
    pub fn info(&self) -> &ClientInfo {
        &self.info
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
