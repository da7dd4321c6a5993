//! Orders, each one call of rmcp's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use rmcp::model::{CallToolRequest, ClientRequest, CustomRequest, PingRequest, RequestMetaObject};
use rmcp::service::{PeerRequestOptions, RequestHandle, ServiceError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::Client;
use crate::listener::Speaker;

pub struct Session {
    client: Client,
    speaker: Speaker,
    running: Mutex<HashMap<u64, oneshot::Sender<()>>>,
}

impl Session {
    pub fn new(client: Client, speaker: Speaker) -> Self {
        Self { client, speaker, running: Mutex::default() }
    }

    /// Closes the connection in rmcp's way.
    pub async fn leave(self) {
        drop(self.client.cancel().await);
    }

    pub async fn obey(self: Arc<Self>, order: Value) {
        if let Some(number) = order["answered"].as_u64() {
            return self.client.service().answer(number, order);
        }
        if let Some(id) = order["cancel"].as_u64() {
            let running = self.running.lock().expect("no one panics with the lock").remove(&id);
            if let Some(cancel) = running {
                _ = cancel.send(()); // what has ended needs not be stopped
            }
            return;
        }
        let id = order["id"].clone();
        self.speaker.say(match self.answer(&order).await {
            Ok(result) => json!({ "id": id, "result": result }),
            Err(ServiceError::McpError(error)) => json!({ "id": id, "error": error }),
            Err(error) => json!({ "id": id, "failure": error.to_string() }),
        });
    }

    async fn answer(&self, order: &Value) -> Result<Value, ServiceError> {
        let params = &order["params"];
        let client = &self.client;
        match order["method"].as_str().expect("an order has a method") {
            "tools/list" => wire(client.list_tools(read(params)).await),
            "resources/list" => wire(client.list_resources(read(params)).await),
            "resources/templates/list" => wire(client.list_resource_templates(read(params)).await),
            "prompts/list" => wire(client.list_prompts(read(params)).await),
            "resources/read" => wire(client.read_resource(read(params)).await),
            "prompts/get" => wire(client.get_prompt(read(params)).await),
            "logging/setLevel" => wire(client.set_level(read(params)).await).map(|_| json!({})),
            "resources/subscribe" => wire(client.subscribe(read(params)).await).map(|_| json!({})),
            "resources/unsubscribe" => wire(client.unsubscribe(read(params)).await).map(|_| json!({})),
            "subscriptions/listen" => self.listen(order).await,
            "ping" => wire(client.send_request(ClientRequest::PingRequest(PingRequest::default())).await),
            "tools/call" if order["handle"] == true => self.call(order).await,
            "tools/call" => wire(client.call_tool(read(params)).await),
            method => {
                let request = CustomRequest::new(method, Some(params.clone()));
                wire(client.send_request(ClientRequest::CustomRequest(request)).await)
            }
        }
    }

    /// Gives what the server grants, and goes on telling what it hears.
    async fn listen(&self, order: &Value) -> Result<Value, ServiceError> {
        let mut subscription = self.client.listen(read(&order["params"])).await?;
        let granted = wire(Ok(subscription.acknowledged()));
        let mut cancelled = self.cancellable(order);
        let speaker = self.speaker.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    Ok(()) = &mut cancelled => return drop(subscription.cancel().await),
                    heard = subscription.next() => match heard {
                        Ok(Some(notification)) => speaker.say(json!({ "change": notification })),
                        Ok(None) => return speaker.say(json!({ "ended": format!("{:?}", subscription.end()) })),
                        Err(error) => return speaker.say(json!({ "ended": error.to_string() })),
                    },
                }
            }
        });
        granted
    }

    /// Where it comes out that an order is to stop.
    fn cancellable(&self, order: &Value) -> oneshot::Receiver<()> {
        let id = order["id"].as_u64().expect("an id is a number");
        let (cancel, cancelled) = oneshot::channel();
        self.running.lock().expect("no one panics with the lock").insert(id, cancel);
        cancelled
    }

    /// A call that tells of its progress and can be cancelled. Of rounds it knows nothing: what rmcp has for them,
    /// `call_tool`, has no handle.
    async fn call(&self, order: &Value) -> Result<Value, ServiceError> {
        let mut options = PeerRequestOptions::no_options();
        if order["meta"].is_object() {
            options = options.with_meta(read::<RequestMetaObject>(&order["meta"]));
        }
        let request = ClientRequest::CallToolRequest(CallToolRequest::new(read(&order["params"])));
        let mut handle = self.client.send_cancellable_request(request, options).await?;
        self.client
            .service()
            .watched
            .lock()
            .expect("no one panics with the lock")
            .insert(handle.progress_token.clone(), order["id"].clone());
        let mut cancelled = self.cancellable(order);
        tokio::select! {
            Ok(()) = &mut cancelled => {
                RequestHandle::cancel(handle, Some("interop".to_owned())).await?;
                Err(ServiceError::Cancelled { reason: None })
            }
            response = &mut handle.rx => wire(response.map_err(|_| ServiceError::TransportClosed)?),
        }
    }
}

fn read<T: DeserializeOwned>(params: &Value) -> T {
    serde_json::from_value(params.clone()).expect("the parameters are rmcp's")
}

fn wire<T: Serialize>(result: Result<T, ServiceError>) -> Result<Value, ServiceError> {
    result.map(|result| serde_json::to_value(result).expect("a result is JSON"))
}
