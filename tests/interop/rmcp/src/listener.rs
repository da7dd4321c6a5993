//! What the client hears, and how it is passed on.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex};

use rmcp::ClientHandler;
use rmcp::model::{ClientConfig, LoggingMessageNotificationParam, ProgressNotificationParam, ProgressToken};
use rmcp::service::{NotificationContext, RoleClient};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
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

/// rmcp calls it for every notification.
#[derive(Clone)]
pub struct Listener {
    config: ClientConfig,
    speaker: Speaker,
    /// Which order asked for progress with a token.
    pub watched: Arc<Mutex<HashMap<ProgressToken, Value>>>,
}

impl Listener {
    pub fn new(config: ClientConfig, speaker: Speaker) -> Self {
        Self { config, speaker, watched: Arc::default() }
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

    fn get_info(&self) -> ClientConfig {
        self.config.clone()
    }
}
