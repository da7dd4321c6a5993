//! What the client hears, and how it is passed on.

use std::collections::HashMap;
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use rmcp::model::{
    ClientConfig, CreateMessageRequestParams, CreateMessageResult, ElicitRequestParams, ElicitResult, ErrorCode,
    ListRootsResult, LoggingMessageNotificationParam, ProgressNotificationParam, ProgressToken,
    ResourceUpdatedNotificationParam,
};
use rmcp::service::{NotificationContext, RequestContext, RoleClient};
use rmcp::{ClientHandler, ErrorData};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Writes to stdout, one object a line.
#[derive(Clone)]
pub struct Speaker {
    lines: UnboundedSender<Value>,
    writing: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Speaker {
    pub fn start() -> Self {
        let (lines, mut written) = unbounded_channel::<Value>();
        let writing = tokio::spawn(async move {
            let mut stdout = std::io::stdout();
            while let Some(line) = written.recv().await {
                if line.is_null() || writeln!(stdout, "{line}").and_then(|()| stdout.flush()).is_err() {
                    return;
                }
            }
        });
        Self { lines, writing: Arc::new(Mutex::new(Some(writing))) }
    }

    pub fn say(&self, line: Value) {
        drop(self.lines.send(line)); // no one listens any more: then there is nothing to say
    }

    /// Everything said is written.
    pub async fn end(&self) {
        self.say(Value::Null);
        let writing = self.writing.lock().expect("no one panics with the lock").take();
        if let Some(writing) = writing {
            drop(writing.await);
        }
    }
}

/// rmcp calls it for every notification and every question.
#[derive(Clone)]
pub struct Listener {
    config: ClientConfig,
    speaker: Speaker,
    /// Which order asked for progress with a token.
    pub watched: Arc<Mutex<HashMap<ProgressToken, Value>>>,
    /// Questions that were passed on and have no answer yet.
    open: Arc<Mutex<HashMap<u64, oneshot::Sender<Value>>>>,
    questions: Arc<AtomicU64>,
}

impl Listener {
    pub fn new(config: ClientConfig, speaker: Speaker) -> Self {
        Self { config, speaker, watched: Arc::default(), open: Arc::default(), questions: Arc::default() }
    }

    /// Passes a question on and waits for what comes back.
    async fn ask<T: DeserializeOwned>(
        &self,
        method: &str,
        params: impl Serialize,
        context: RequestContext<RoleClient>,
    ) -> Result<T, ErrorData> {
        let number = self.questions.fetch_add(1, Ordering::Relaxed);
        let (answer, answered) = oneshot::channel();
        self.open.lock().expect("no one panics with the lock").insert(number, answer);
        self.speaker.say(json!({ "asked": number, "method": method, "params": params }));
        let gone = || ErrorData::new(ErrorCode::INTERNAL_ERROR, "no one waits for an answer", None);
        let mut said = tokio::select! {
            said = answered => said.map_err(|_| gone())?,
            () = context.ct.cancelled() => {
                self.speaker.say(json!({ "withdrawn": number }));
                return Err(gone());
            }
        };
        match said["error"].take() {
            Value::Null => Ok(serde_json::from_value(said["result"].take()).expect("an answer is rmcp's")),
            error => Err(serde_json::from_value(error).expect("an error is rmcp's")),
        }
    }

    fn change(&self, what: &str, params: Value) {
        self.speaker.say(json!({ "change": { "method": format!("notifications/{what}"), "params": params } }));
    }

    /// An answer to a question has come.
    pub fn answer(&self, number: u64, said: Value) {
        let answer = self.open.lock().expect("no one panics with the lock").remove(&number);
        let answer = answer.expect("a question is answered once");
        drop(answer.send(said)); // it may have been withdrawn by now
    }
}

impl ClientHandler for Listener {
    async fn on_progress(&self, params: ProgressNotificationParam, _: NotificationContext<RoleClient>) {
        let id = self.watched.lock().expect("no one panics with the lock").get(&params.progress_token).cloned();
        self.speaker.say(json!({ "id": id, "progress": params }));
    }

    async fn on_logging_message(&self, params: LoggingMessageNotificationParam, _: NotificationContext<RoleClient>) {
        self.speaker.say(json!({ "log": params }));
    }

    async fn on_resource_updated(&self, params: ResourceUpdatedNotificationParam, _: NotificationContext<RoleClient>) {
        self.change("resources/updated", json!(params));
    }

    async fn on_resource_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.change("resources/list_changed", json!({}));
    }

    async fn on_tool_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.change("tools/list_changed", json!({}));
    }

    async fn on_prompt_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.change("prompts/list_changed", json!({}));
    }

    async fn create_message(
        &self,
        params: CreateMessageRequestParams,
        context: RequestContext<RoleClient>,
    ) -> Result<CreateMessageResult, ErrorData> {
        self.ask("sampling/createMessage", params, context).await
    }

    async fn list_roots(&self, context: RequestContext<RoleClient>) -> Result<ListRootsResult, ErrorData> {
        self.ask("roots/list", json!({}), context).await
    }

    async fn create_elicitation(
        &self,
        params: ElicitRequestParams,
        context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        self.ask("elicitation/create", params, context).await
    }

    fn get_info(&self) -> ClientConfig {
        self.config.clone()
    }
}
