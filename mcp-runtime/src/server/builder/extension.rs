use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::context::Context;
use crate::handler::BoxFuture;
use crate::revision::Revision;
use crate::server::Server;
use crate::wire::{Code, ErrorObject, Method};

/// An extension of the protocol: what a server and a client agree on beyond it
/// (basic/versioning, "Extensions").
///
/// It is declared among the server's capabilities, and may have methods, which are served to
/// clients that declare it too. What a client says of it is
/// [`ctx.client().extension(name)`](crate::Client::extension), in every function.
///
/// ```
/// use mcp_runtime::{Context, Extension, MethodError, Server};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Deserialize)]
/// struct Count {
///     text: String,
/// }
///
/// #[derive(Serialize)]
/// struct Counted {
///     words: usize,
/// }
///
/// async fn count(_: Context, params: Count) -> Result<Counted, MethodError> {
///     Ok(Counted { words: params.text.split_whitespace().count() })
/// }
///
/// let words = Extension::new("com.example/words").method("words/count", count);
/// let server = Server::new("words", "1.0.0").extension(words);
/// # let _ = server;
/// ```
pub struct Extension {
    name: Arc<str>,
    settings: Map<String, Value>,
    in_sessions: bool,
    methods: Vec<(String, RunMethod)>,
}

/// A method of an extension, its types forgotten.
type RunMethod =
    Arc<dyn Fn(Context) -> BoxFuture<Result<Map<String, Value>, MethodError>> + Send + Sync>;

impl Extension {
    /// An extension of that name: a domain of its author's, reversed, a slash and a word.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        let (settings, methods) = (Map::new(), Vec::new());
        Self { name: name.into(), settings, in_sessions: false, methods }
    }

    /// What clients are told beside its name; `{}` unless said. Keep numbers whole and leave out
    /// nulls: the schema of the protocol has neither here.
    pub fn settings(mut self, settings: Map<String, Value>) -> Self {
        self.settings = settings;
        self
    }

    /// Declares and serves it in sessions too, whose revisions do not know of extensions but whose
    /// clients may.
    pub fn in_sessions(mut self) -> Self {
        self.in_sessions = true;
        self
    }

    /// Adds a method. `run` takes the request's `params` as a struct and returns the result as one.
    /// A member `resultType` of it is the extension's own; without it the result is `complete`.
    pub fn method<P, R, F, Fut>(mut self, name: impl Into<String>, run: F) -> Self
    where
        P: DeserializeOwned + Send,
        R: Serialize,
        F: Fn(Context, P) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R, MethodError>> + Send,
    {
        let run = Arc::new(run);
        let run = move |context: Context| -> BoxFuture<_> {
            let run = run.clone();
            Box::pin(async move {
                let params = context.request().message.params().map_err(MethodError)?;
                let result = (*run)(context, params).await?;
                match serde_json::to_value(&result) {
                    Ok(Value::Object(members)) => Ok(members),
                    Ok(_) => Err(MethodError::internal("the result is no object")),
                    Err(error) => Err(MethodError::internal(error)),
                }
            })
        };
        self.methods.push((name.into(), Arc::new(run)));
        self
    }
}

impl fmt::Debug for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let methods: Vec<_> = self.methods.iter().map(|(name, _)| name).collect();
        f.debug_struct("Extension").field("name", &self.name).field("methods", &methods).finish()
    }
}

/// The error with which a method of an extension is answered (basic, "Error codes").
#[derive(Debug)]
pub struct MethodError(pub(in crate::server) ErrorObject);

impl MethodError {
    /// An error of the extension's own. Codes from -32768 to -32000 belong to the protocol.
    pub fn new(code: i32, message: impl Into<String>) -> Self {
        Self(ErrorObject::new(Code(code), message.into()))
    }

    /// The params are not what the method takes, or name what is not there.
    pub fn invalid_params(message: impl Into<String>) -> Self {
        Self(ErrorObject::new(Code::INVALID_PARAMS, message.into()))
    }

    /// A failure the client learns nothing about but that there was one; the cause goes to the log.
    pub fn internal(cause: impl fmt::Display) -> Self {
        tracing::error!(%cause, "a method of an extension failed");
        Self(ErrorObject::internal())
    }

    /// What the client's program may read.
    pub fn data(self, data: Value) -> Self {
        Self(self.0.with_data(data))
    }
}

impl<A> Server<A> {
    /// Speaks an extension of the protocol.
    pub fn extension(mut self, extension: Extension) -> Self {
        self.extensions.push(extension);
        self
    }
}

/// The extensions of a server.
#[derive(Default)]
pub(in crate::server) struct Extensions {
    /// Name and settings of each, as capabilities have them.
    all: Map<String, Value>,
    in_sessions: Map<String, Value>,
    methods: HashMap<String, ExtensionMethod>,
}

#[derive(Clone)]
pub(in crate::server) struct ExtensionMethod {
    pub(in crate::server) extension: Arc<str>,
    pub(in crate::server) in_sessions: bool,
    pub(in crate::server) run: RunMethod,
}

impl Extensions {
    /// # Errors
    ///
    /// Every mistake: a name without a domain, a name or a method that is there already.
    pub(super) fn new(extensions: Vec<Extension>) -> Result<Self, Vec<String>> {
        let (mut known, mut mistakes) = (Self::default(), Vec::new());
        for Extension { name, settings, in_sessions, methods } in extensions {
            if !name
                .split_once('/')
                .is_some_and(|(domain, word)| domain.contains('.') && !word.is_empty())
            {
                mistakes.push(format!(
                    "the extension `{name}` needs a domain before its name: `com.example/{name}`"
                ));
            }
            if in_sessions {
                known.in_sessions.insert(name.to_string(), Value::Object(settings.clone()));
            }
            if known.all.insert(name.to_string(), Value::Object(settings)).is_some() {
                mistakes.push(format!("there are two extensions `{name}`: leave one out"));
                continue;
            }
            for (method, run) in methods {
                let entry = ExtensionMethod { extension: name.clone(), in_sessions, run };
                if !matches!(Method::from(&*method), Method::Other(_)) {
                    mistakes.push(format!(
                        "`{method}` of `{name}` is a method of the protocol: rename it"
                    ));
                } else if let Some(other) = known.methods.insert(method.clone(), entry) {
                    let other = other.extension;
                    mistakes.push(format!(
                        "`{method}` is a method of `{other}` and of `{name}`: rename one"
                    ));
                }
            }
        }
        if mistakes.is_empty() { Ok(known) } else { Err(mistakes) }
    }

    /// Those that are declared in a revision.
    pub(in crate::server) fn declared(&self, revision: Revision) -> &Map<String, Value> {
        if revision.facts().has_extensions { &self.all } else { &self.in_sessions }
    }

    pub(in crate::server) fn method(&self, name: &str) -> Option<&ExtensionMethod> {
        self.methods.get(name)
    }
}
