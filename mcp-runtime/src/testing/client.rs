use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use serde::Serialize;
use serde_json::{Map, Value, json};
use tokio::sync::oneshot;

use super::answers::Answering;
use super::receiver::{Received, Receiver, lock};
use super::replies::{CallReply, Refusal};
use super::watch::Watched;
use crate::context::Caller;
use crate::revision::{Era, Revision};
use crate::server::{Error, Service};
use crate::transport::memory::Connection;

/// A client connected to a server in this process. Requests may run concurrently.
pub struct Client {
    connection: Arc<Connection>,
    revision: Revision,
    next_id: AtomicI64,
    answering: Arc<Answering>,
    received: Arc<Mutex<Received>>,
    watched: Arc<Watched>,
}

impl Client {
    pub(super) async fn connect(
        service: Arc<Service>,
        revision: Revision,
        answering: Answering,
        caller: Caller,
    ) -> Result<Self, Error> {
        let client = Self::open(service, revision, answering, caller);
        if revision.facts().era == Era::Handshake {
            let params = json!({
                "protocolVersion": revision.as_str(),
                "capabilities": client.answering.capabilities,
                "clientInfo": { "name": "mcp-runtime-testing", "version": env!("CARGO_PKG_VERSION") },
            });
            client
                .request("initialize", params)
                .await
                .map_err(|refusal| Error::one(refusal.to_string()))?;
            client.notify("notifications/initialized", json!({}));
        }
        Ok(client)
    }

    pub(super) fn open(
        service: Arc<Service>,
        revision: Revision,
        answering: Answering,
        caller: Caller,
    ) -> Self {
        let connection = Arc::new(Connection::open(service, caller));
        let (messages, answering) = (connection.outbox().clone(), Arc::new(answering));
        let received = Arc::<Mutex<Received>>::default();
        let watched = Arc::new(Watched::new());
        let receiver = Receiver {
            connection: Arc::downgrade(&connection),
            answering: answering.clone(),
            received: received.clone(),
            watched: watched.clone(),
        };
        tokio::spawn(receiver.receive(messages));
        Self { connection, revision, next_id: AtomicI64::new(1), answering, received, watched }
    }

    /// The revision the client speaks.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// Calls a tool. `arguments` is a map or a struct.
    ///
    /// # Errors
    ///
    /// If the call was not served, for example because there is no such tool; a tool that failed
    /// is [`CallReply::is_error`].
    pub async fn call(&self, tool: &str, arguments: impl Serialize) -> Result<CallReply, Refusal> {
        let params = json!({ "name": tool, "arguments": value(arguments) });
        self.request_answering("tools/call", params).await.map(CallReply::new)
    }

    /// Reads a resource: its `contents`.
    ///
    /// # Errors
    ///
    /// If there is no such resource.
    pub async fn read(&self, uri: &str) -> Result<Vec<Value>, Refusal> {
        let result = self.request_answering("resources/read", json!({ "uri": uri })).await?;
        Ok(elements(&result, "contents"))
    }

    /// Gets a prompt: its `messages`. `arguments` is a map or a struct of strings.
    ///
    /// # Errors
    ///
    /// If there is no such prompt, or an argument is missing.
    pub async fn prompt(
        &self,
        prompt: &str,
        arguments: impl Serialize,
    ) -> Result<Vec<Value>, Refusal> {
        let params = json!({ "name": prompt, "arguments": value(arguments) });
        let result = self.request_answering("prompts/get", params).await?;
        Ok(elements(&result, "messages"))
    }

    /// Everything a `…/list` method lists, page by page: `client.list("tools")`,
    /// `"resources"`, `"resources/templates"`, `"prompts"`.
    ///
    /// # Errors
    ///
    /// If the server does not offer that feature.
    pub async fn list(&self, what: &str) -> Result<Vec<Value>, Refusal> {
        let member = if what == "resources/templates" { "resourceTemplates" } else { what };
        let mut items = Vec::new();
        let mut params = json!({});
        loop {
            let page = self.request(&format!("{what}/list"), params).await?;
            items.extend(elements(&page, member));
            match page.get("nextCursor") {
                Some(cursor) => params = json!({ "cursor": cursor }),
                None => return Ok(items),
            }
        }
    }

    /// A request that is made again for as long as the server has questions with an answer.
    async fn request_answering(&self, method: &str, mut params: Value) -> Result<Value, Refusal> {
        loop {
            let result = self.request(method, &params).await?;
            let Some(responses) = self.answering.responses(&result) else { return Ok(result) };
            params["inputResponses"] = responses;
            params["requestState"] = result["requestState"].clone();
        }
    }

    /// Sends any request and waits for its result. `_meta` the revision demands is added. A result
    /// that asks for input is the result: this is one round.
    ///
    /// # Errors
    ///
    /// The error the server answers with.
    pub async fn request(&self, method: &str, params: impl Serialize) -> Result<Value, Refusal> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let (sender, reply) = oneshot::channel();
        self.received().wait(id, sender);
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": self.described(params) }));
        reply.await.unwrap_or_else(|_| {
            Err(Refusal { error: json!({ "message": "the connection ended" }) })
        })
    }

    /// Sends a notification.
    pub fn notify(&self, method: &str, params: impl Serialize) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": value(params) }));
    }

    /// Sends any message as it is; what the server replies to an id of [`request`](Self::request)
    /// goes there.
    pub fn send(&self, message: &Value) {
        self.watched.sent(message);
        self.connection.send(message.to_string().into());
    }

    /// The notifications that came since this was last asked: progress, log messages; and questions
    /// of functions that are left to [`send`](Self::send) an answer to.
    pub fn notifications(&self) -> Vec<Value> {
        std::mem::take(&mut self.received().notifications)
    }

    /// Params with the `_meta` a request without a session needs.
    fn described(&self, params: impl Serialize) -> Value {
        let mut params = value(params);
        if self.revision.facts().era == Era::Stateless
            && let Value::Object(members) = &mut params
            && let Value::Object(meta) = members.entry("_meta").or_insert_with(|| json!({}))
        {
            let mut reserved = |name: &str, value: Value| {
                meta.entry(format!("io.modelcontextprotocol/{name}")).or_insert(value);
            };
            reserved("protocolVersion", json!(self.revision.as_str()));
            reserved(
                "clientInfo",
                json!({ "name": "mcp-runtime-testing", "version": env!("CARGO_PKG_VERSION") }),
            );
            reserved("clientCapabilities", self.answering.capabilities.clone());
        }
        params
    }

    fn received(&self) -> MutexGuard<'_, Received> {
        lock(&self.received)
    }
}

/// What panicked while messages were received fails the test, whatever the test looks at.
#[expect(clippy::panic, reason = "a test fails by panicking")]
impl Drop for Client {
    fn drop(&mut self) {
        if self.received().ended && !std::thread::panicking() {
            panic!("an answer of this test's client panicked: see above");
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("revision", &self.revision).finish_non_exhaustive()
    }
}

/// What a test sends; nothing at all becomes an empty object.
fn value(serializable: impl Serialize) -> Value {
    match serde_json::to_value(serializable) {
        Ok(Value::Null) | Err(_) => Value::Object(Map::new()),
        Ok(value) => value,
    }
}

fn elements(result: &Value, member: &str) -> Vec<Value> {
    result[member].as_array().cloned().unwrap_or_default()
}
