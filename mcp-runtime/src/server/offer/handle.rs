use std::fmt;
use std::sync::Arc;

use super::Offer;
use super::changes::Change;
use crate::context::Context;
use crate::registry::Update;
use crate::server::Error;

/// A hold of a server while it runs: changes what it offers, and says what has changed.
///
/// [`Server::handle`](crate::Server::handle) gives it before the server runs, for a thread or a
/// task of the program's; [`Context::server`] gives it to a function. Clones are of the same server.
/// Once that has ended, what is said to its handle does nothing.
///
/// ```
/// use mcp_runtime::{Context, Error, Server, testing, tool, tools};
///
/// /// Deletes everything.
/// #[tool]
/// fn wipe() {}
///
/// /// Lets the model delete things from now on.
/// #[tool]
/// fn unlock(ctx: &Context) -> Result<(), Error> {
///     ctx.server().update(|items| items.enable(tools![wipe]))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = Server::new("files", "1.0.0").with(tools![wipe, unlock]).disable(tools![wipe]);
/// let handle = server.handle();
/// let client = testing::connect(server).await?;
/// assert!(client.call("wipe", ()).await.is_err());
/// client.call("unlock", ()).await?;
/// assert!(client.call("wipe", ()).await.is_ok());
///
/// handle.update(|items| items.remove(tools![unlock]))?;
/// assert_eq!(client.list("tools").await?.len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ServerHandle {
    offer: Arc<Offer>,
}

impl ServerHandle {
    pub(in crate::server) fn new(offer: Arc<Offer>) -> Self {
        Self { offer }
    }

    /// Changes what the server offers: all that `say` says of it at once, or nothing.
    ///
    /// A request sees what was offered when it came in; a call that runs goes on to its end, though
    /// its function be gone. `say` may call the server, and update it too: nothing is locked while
    /// it runs. Updates that race are made one after the other. Each costs the time to list
    /// everything anew, so say together what belongs together.
    ///
    /// A feature clients were told of stays, with a list that may be empty. Before the server runs
    /// an update waits: it is made after [`Server::with`](crate::Server::with) and
    /// [`Server::disable`](crate::Server::disable), and its mistakes are reported with theirs.
    ///
    /// ```
    /// use mcp_runtime::{Server, tool, tools};
    ///
    /// #[tool]
    /// fn search(text: String) -> String {
    ///     text
    /// }
    ///
    /// mod fast {
    ///     #[mcp_runtime::tool]
    ///     pub(crate) fn search(text: String) -> String {
    ///         text
    ///     }
    /// }
    ///
    /// let server = Server::new("library", "1.0.0").with(tools![search]);
    /// server.handle().update(|items| {
    ///     items.remove(tools![search]);
    ///     items.add(tools![fast::search]);
    /// })?;
    /// # assert_eq!(server.manifest()?["tools"].as_array().map(Vec::len), Some(1));
    /// # Ok::<_, mcp_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Every mistake: two functions of one name, with both places; a function added that is there,
    /// or removed, disabled or enabled that is not; state the server was not given; a definition
    /// that [`Server::run`](crate::Server::run) would refuse. Nothing has changed then.
    pub fn update(&self, say: impl FnOnce(&mut Update)) -> Result<(), Error> {
        let mut update = Update::default();
        say(&mut update);
        self.offer.update(update)
    }

    /// Says that what is read at `uri` has changed.
    ///
    /// ```
    /// use mcp_runtime::{Context, resource, tool};
    /// use std::sync::Mutex;
    ///
    /// #[resource("note://today")]
    /// fn today(note: &Mutex<String>) -> String {
    ///     note.lock().unwrap().clone()
    /// }
    ///
    /// /// Writes the note.
    /// #[tool]
    /// fn write(ctx: &Context, note: &Mutex<String>, text: String) {
    ///     *note.lock().unwrap() = text;
    ///     ctx.server().notify_updated("note://today");
    /// }
    /// ```
    pub fn notify_updated(&self, uri: impl AsRef<str>) {
        self.offer.announce(&Change::ResourceUpdated(uri.as_ref().into()));
    }
}

impl Context {
    /// The server this request is served by: to change what it offers, or say what has changed.
    ///
    /// ```
    /// use mcp_runtime::{Context, Error, tool, tools};
    ///
    /// /// Says hello, once.
    /// #[tool]
    /// fn hello(ctx: &Context) -> Result<&'static str, Error> {
    ///     ctx.server().update(|items| items.remove(tools![hello]))?;
    ///     Ok("hello")
    /// }
    /// ```
    #[expect(
        clippy::expect_used,
        reason = "a server puts its handle among its state before it runs"
    )]
    pub fn server(&self) -> &ServerHandle {
        let own: Option<&Own> = self.states().get();
        &own.expect("a server puts its handle among its state").0
    }
}

/// A server's own handle among its state: a type of ours, so that no author's state is in its place.
pub(in crate::server) struct Own(pub(in crate::server) ServerHandle);

impl fmt::Debug for ServerHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerHandle").finish_non_exhaustive()
    }
}
