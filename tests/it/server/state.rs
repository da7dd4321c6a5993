//! What functions get besides their arguments: state, and values made from the request.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mcp_runtime::{Context, FromContext, Revision, Server, ToolError, testing, tool, tools};

struct Db(&'static str);

trait Store: Send + Sync {
    fn get(&self) -> String;
}

impl Store for Db {
    fn get(&self) -> String {
        format!("stored {}", self.0)
    }
}

/// Takes state.
#[tool]
fn by_type(db: &Db) -> String {
    db.0.to_owned()
}

/// Takes state by its trait.
#[tool]
async fn by_trait(store: &dyn Store) -> String {
    store.get()
}

/// Looks for state.
#[tool]
fn looked_up(ctx: &Context) -> Option<String> {
    ctx.state::<Db>().map(|db| db.0.to_owned())
}

#[tokio::test]
async fn missing_state_is_found_at_start_all_at_once() {
    let server = Server::new("test", "1").with(tools![by_type, by_trait]);
    let error = testing::connect(server).await.unwrap_err().to_string();
    let lines: Vec<_> = error.lines().collect();
    assert_eq!(lines.len(), 2, "{error}");
    assert!(lines[0].contains("tool `by_type` at ") && lines[0].contains("state.rs:"), "{error}");
    assert!(lines[0].contains("Db") && lines[0].contains(".state("), "{error}");
    assert!(lines[1].contains("dyn ") && lines[1].contains("Store"), "{error}");
}

#[tokio::test]
async fn state_is_given_or_made() {
    let made = Arc::new(AtomicUsize::new(0));
    let count = made.clone();
    let server = Server::new("test", "1")
        .with(tools![by_type, by_trait])
        .state_as::<dyn Store>(Arc::new(Db("a")))
        .state_with(async move || {
            count.fetch_add(1, Ordering::Relaxed);
            Ok::<_, String>(Db("b"))
        });
    assert!(server.manifest().is_ok());
    assert_eq!(made.load(Ordering::Relaxed), 0, "a manifest makes no state");
    let client = testing::connect(server).await.unwrap();
    assert_eq!(client.call("by_trait", ()).await.unwrap().text(), "stored a");
    assert_eq!(client.call("by_type", ()).await.unwrap().text(), "b");

    let failing = Server::new("test", "1").state_with(|| "x".parse::<i32>());
    let error = testing::connect(failing).await.unwrap_err().to_string();
    assert_eq!(error, "cannot make `i32`: invalid digit found in string");
}

#[tokio::test]
async fn what_is_shared_in_an_arc_is_state_of_its_own_type_too() {
    let server =
        Server::new("test", "1").with(tools![by_type, looked_up]).state_as(Arc::new(Db("shared")));
    let client = testing::connect(server).await.unwrap();
    assert_eq!(client.call("by_type", ()).await.unwrap().text(), "shared");
    assert_eq!(client.call("looked_up", ()).await.unwrap().text(), "shared");
}

#[tokio::test]
async fn a_server_can_be_started_in_a_task() {
    let server = Server::new("test", "1")
        .with(tools![by_type, by_trait])
        .state_as::<dyn Store>(Arc::new(Db("a")))
        .state_with(async || Ok::<_, String>(Db("b")))
        .on_shutdown(async || {});
    let started = tokio::spawn(async move { testing::connect(server).await });
    let client = started.await.unwrap().unwrap();
    assert_eq!(client.call("by_type", ()).await.unwrap().text(), "b");
}

struct Caller(String);

impl FromContext for Caller {
    fn from_context(ctx: &Context) -> Result<Self, ToolError> {
        match ctx.client().info().name() {
            "" => Err(ToolError::new("who are you?")),
            name => Ok(Self(name.to_owned())),
        }
    }
}

/// Greets the client.
#[tool]
fn greet(#[ctx] caller: Caller, greeting: Option<String>) -> String {
    format!("{} {}", greeting.as_deref().unwrap_or("hello"), caller.0)
}

#[tokio::test]
async fn the_client_is_known_in_both_eras() {
    for revision in Revision::ALL {
        let server = Server::new("test", "1").with(tools![greet]);
        let client = testing::connect_at(server, revision).await.unwrap();
        assert_eq!(
            client.call("greet", ()).await.unwrap().text(),
            "hello mcp-runtime-testing",
            "{revision}"
        );
    }
}
