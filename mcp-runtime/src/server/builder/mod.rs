//! What an author builds: a [`Server`], which is made a [`Service`] when it begins to serve.
//!
//! `state_factory` is what makes its state then. `extension` is what it speaks beyond the protocol,
//! `scopes` say who may use what, and `manifest` is all it offers, as JSON. What an author says of
//! limits, layers and the end stands where that is.

mod extension;
mod manifest;
mod scopes;
mod state_factory;

use std::any::TypeId;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

pub(super) use extension::Extensions;
pub use extension::{Extension, MethodError};
pub(crate) use scopes::Scopes;
use state_factory::MakingState;
pub use state_factory::StateFactory;

use crate::context::{MemoryStore, OnceStore, States};
use crate::handler::Item;
use crate::registry::{Registry, Update};
use crate::server::call::Capacity;
use crate::server::limits::Limits;
use crate::server::offer::{Offer, Own, ServerHandle};
use crate::server::rounds::{self, Seal};
use crate::server::shutdown::Ending;
use crate::server::{Error, Life, Service, Traces};
use crate::wire::cache::{CacheHint, CacheScope};
use crate::wire::icon::Icon;
use crate::wire::initialize::Implementation;

/// A server in the making: who it is, what it offers, the state its functions take.
///
/// [`server!()`](crate::server) begins one with every annotated function of the program;
/// `Server::new` begins an empty one, to which [`with`](Self::with) adds a list of functions.
/// `A` is the type of the author's own flags.
///
/// ```
/// use mcp_runtime::{Server, tool, tools};
///
/// struct Greeting(String);
///
/// /// Greets somebody.
/// #[tool]
/// fn greet(greeting: &Greeting, name: &str) -> String {
///     format!("{}, {name}!", greeting.0)
/// }
///
/// let server = Server::new("greeter", "1.0.0")
///     .instructions("Greet people before anything else.")
///     .state(Greeting("Hello".to_owned()))
///     .with(tools![greet]);
/// # let _ = server;
/// ```
pub struct Server<A = ()> {
    info: Implementation,
    instructions: Option<String>,
    cache: CacheHint,
    /// What the author gave: the first update, of a server that has nothing.
    items: Update,
    disabled: Vec<Item>,
    offer: Arc<Offer>,
    page_size: usize,
    states: States,
    factories: Vec<Factory<A>>,
    pub(super) ending: Ending,
    #[cfg(feature = "layers")]
    pub(super) layers: crate::server::call::Layers,
    state_keys: Vec<String>,
    extensions: Vec<Extension>,
    scopes: Scopes,
    once: Option<Arc<dyn OnceStore>>,
    pub(super) traces: Option<Box<dyn Traces>>,
    pub(super) limits: Limits,
}

/// State that is made when serving starts.
struct Factory<A> {
    type_id: TypeId,
    type_name: &'static str,
    make: Make<A>,
}

type Make<A> = Box<dyn FnOnce(&A) -> Making + Send>;

/// Puts the state among the others once it is made.
type Making = Pin<Box<dyn Future<Output = Result<Insert, String>> + Send>>;
type Insert = Box<dyn FnOnce(&mut States) + Send>;

/// Items on one page of a list, unless the author says otherwise.
const PAGE_SIZE: usize = 100;

impl Server {
    /// A server that offers nothing yet. `name` and `version` are what clients are told.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            info: Implementation {
                name: name.into(),
                version: version.into(),
                title: None,
                description: None,
                website_url: None,
                icons: Vec::new(),
            },
            instructions: None,
            cache: CacheHint::default(),
            items: Update::default(),
            disabled: Vec::new(),
            offer: Arc::new(Offer::new()),
            page_size: PAGE_SIZE,
            states: States::default(),
            factories: Vec::new(),
            ending: Ending::default(),
            #[cfg(feature = "layers")]
            layers: Default::default(),
            state_keys: Vec::new(),
            extensions: Vec::new(),
            scopes: Scopes::default(),
            once: None,
            traces: None,
            limits: Limits::default(),
        }
    }

    /// Not public API. What `server!()` begins with: every annotated function, by name.
    #[doc(hidden)]
    pub fn of_program(name: &str, version: &str) -> Self {
        let mut items: Vec<Item> = inventory::iter::<Item>().copied().collect();
        items.sort_unstable_by_key(Item::key);
        Self::new(name, version).with(items)
    }
}

impl Server {
    /// The same server for an author with flags.
    #[cfg(feature = "cli")]
    pub(crate) fn with_flags<A: 'static>(self) -> Server<A> {
        self.map_factories(|make| Box::new(move |_: &A| make(&())))
    }
}

impl<A: 'static> Server<A> {
    /// The same server with its flags given: for tests and embedding, where there is no command line.
    ///
    /// ```
    /// # use mcp_runtime::Server;
    /// # #[cfg(feature = "cli")] {
    /// #[derive(clap::Args)]
    /// struct Flags {
    ///     #[arg(long)]
    ///     limit: usize,
    /// }
    ///
    /// struct Limit(usize);
    ///
    /// fn server() -> Server<Flags> {
    ///     let make = |flags: &Flags| Ok::<_, String>(Limit(flags.limit));
    ///     mcp_runtime::server!().args::<Flags>().state_with(make)
    /// }
    ///
    /// // `main` returns `server().run()`; a test has `testing::connect` of:
    /// let server: Server = server().flags(Flags { limit: 3 });
    /// # let _ = server;
    /// # }
    /// ```
    pub fn flags(self, flags: A) -> Server
    where
        A: Send + Sync,
    {
        let flags = Arc::new(flags);
        self.map_factories(|make| {
            let flags = flags.clone();
            Box::new(move |_: &()| make(&flags))
        })
    }

    fn map_factories<B>(self, mut with: impl FnMut(Make<A>) -> Make<B>) -> Server<B> {
        let factories = self.factories.into_iter().map(|factory| Factory {
            type_id: factory.type_id,
            type_name: factory.type_name,
            make: with(factory.make),
        });
        Server {
            info: self.info,
            instructions: self.instructions,
            cache: self.cache,
            items: self.items,
            disabled: self.disabled,
            offer: self.offer,
            page_size: self.page_size,
            states: self.states,
            factories: factories.collect(),
            ending: self.ending,
            #[cfg(feature = "layers")]
            layers: self.layers,
            state_keys: self.state_keys,
            extensions: self.extensions,
            scopes: self.scopes,
            once: self.once,
            traces: self.traces,
            limits: self.limits,
        }
    }

    /// Adds functions, in their order: `server.with(tools![add, files::search])`.
    pub fn with(mut self, items: impl IntoIterator<Item = Item>) -> Self {
        self.items.add(items);
        self
    }

    /// Begins with functions disabled: as [`Update::disable`] does it to a server that runs.
    ///
    /// ```
    /// use mcp_runtime::{Server, tool, tools};
    ///
    /// #[tool]
    /// fn wipe() {}
    ///
    /// let server = Server::new("files", "1.0.0").with(tools![wipe]).disable(tools![wipe]);
    /// # assert_eq!(server.manifest().unwrap()["tools"].as_array().unwrap().len(), 0);
    /// ```
    pub fn disable(mut self, items: impl IntoIterator<Item = Item>) -> Self {
        self.disabled.extend(items);
        self
    }

    /// What changes the server while it runs.
    pub fn handle(&self) -> ServerHandle {
        ServerHandle::new(self.offer.clone())
    }

    /// The name clients are told; `server!()` takes it from the Cargo package.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.info.name = name.into();
        self
    }

    /// The version clients are told; `server!()` takes it from the Cargo package.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.info.version = version.into();
        self
    }

    /// The server's name for people.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.info.title = Some(title.into());
        self
    }

    /// What the server is for, for people.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.info.description = Some(description.into());
        self
    }

    /// Where people read about the server.
    pub fn website_url(mut self, url: impl Into<String>) -> Self {
        self.info.website_url = Some(url.into());
        self
    }

    /// An image for the server; may be said several times.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.info.icons.push(icon);
        self
    }

    /// How a model should use the server. Some clients read only the first 512 characters.
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.instructions = Some(instructions.into());
        self
    }

    /// How many items one page of a list holds; 100 unless said, at least 1.
    pub fn page_size(mut self, items: usize) -> Self {
        self.page_size = items;
        self
    }

    /// How long clients may keep lists, what the server says of itself, and resources that do not say their own
    /// (`ttl`, `scope`), and for whom. Unless said: not at all. Only clients of the stateless revision are told.
    ///
    /// Say [`CacheScope::Public`] only if what resources hold does not depend on who reads them.
    ///
    /// ```
    /// use std::time::Duration;
    /// use mcp_runtime::{CacheScope, Server};
    ///
    /// let server = Server::new("docs", "1.0.0").cache(Duration::from_secs(300), CacheScope::Public);
    /// # let _ = server;
    /// ```
    pub fn cache(mut self, ttl: Duration, scope: CacheScope) -> Self {
        self.cache = CacheHint { ttl, scope };
        self
    }

    /// State that functions take as `&T`; one of each type.
    pub fn state<T: Send + Sync + 'static>(mut self, state: T) -> Self {
        self.states.insert(Arc::new(state));
        self
    }

    /// State that functions take by a trait, `&dyn Store` from `.state_as::<dyn Store>(store)`, or
    /// that the program shares with them: `&Db` from `.state_as(db)` of an `Arc<Db>`.
    pub fn state_as<T: ?Sized + Send + Sync + 'static>(mut self, state: Arc<T>) -> Self {
        self.states.insert(state);
        self
    }

    /// State that is made when the server starts to serve, and only then: `manifest` and `--help`
    /// need no database. The closure is sync or async and returns a `Result`; it may take the
    /// author's flags. An error is told in one line and ends the process with status 1.
    ///
    /// ```
    /// use mcp_runtime::Server;
    ///
    /// struct Words(Vec<String>);
    ///
    /// let server = Server::new("words", "1.0.0").state_with(|| -> std::io::Result<Words> {
    ///     let text = std::fs::read_to_string("/usr/share/dict/words")?;
    ///     Ok(Words(text.lines().map(str::to_owned).collect()))
    /// });
    /// # let _ = server;
    /// ```
    pub fn state_with<M, F: StateFactory<A, M> + Send + 'static>(mut self, factory: F) -> Self {
        self.factories.push(Factory {
            type_id: TypeId::of::<F::State>(),
            type_name: std::any::type_name::<F::State>(),
            make: Box::new(|flags| {
                let making: MakingState<F::State> = factory.make(flags);
                Box::pin(async move {
                    let state = making.await?;
                    Ok(Box::new(|states: &mut States| states.insert(Arc::new(state))) as Insert)
                })
            }),
        });
        self
    }

    /// A secret of 32 bytes, as 64 hex digits, with which the server seals what a client carries
    /// from one round of questions to the next. `--state-key` and `MCP_STATE_KEY` set it too.
    ///
    /// Without one it is random, and only this process can go on with what it has begun: say it
    /// where several processes serve the same clients. May be said several times: the first key
    /// seals, all of them open, so that a new key can be put in front of the old.
    ///
    /// ```
    /// use mcp_runtime::Server;
    ///
    /// # fn secret(_: &str) -> String { "0f".repeat(32) }
    /// let server = Server::new("shop", "1.0.0")
    ///     .state_key(secret("new"))
    ///     .state_key(secret("old"));
    /// # let _ = server;
    /// ```
    pub fn state_key(mut self, key: impl Into<String>) -> Self {
        self.state_keys.push(key.into());
        self
    }

    /// Where effects of [`Context::once`](crate::Context::once) are remembered, for several
    /// processes that serve the same clients; unless said, in this process.
    pub fn once_store(mut self, store: impl OnceStore) -> Self {
        self.once = Some(Arc::new(store));
        self
    }

    pub(crate) fn registry(&self) -> Result<Registry, Error> {
        let mut items = self.items.clone();
        items.disable(self.disabled.iter().copied());
        self.offer.preview(items, self.page_size)
    }

    pub(crate) fn info(&self) -> &Implementation {
        &self.info
    }

    pub(crate) fn server_instructions(&self) -> Option<&str> {
        self.instructions.as_deref()
    }

    /// Checks everything, then makes the state.
    pub(crate) async fn build(mut self, flags: &A) -> Result<Arc<Service>, Error> {
        let seal = Seal::new(&self.state_keys).map_err(Error::one)?;
        let mut given: Vec<_> = self.states.types().collect();
        given.extend(self.factories.iter().map(|factory| factory.type_id));
        self.ending.check(&given)?;
        let extensions = Extensions::new(std::mem::take(&mut self.extensions));
        self.items.disable(self.disabled);
        let begun = self.offer.begin(self.items, self.page_size, given);
        let extensions = Error::both(begun, extensions.map_err(Error::new))?;
        let mut states = self.states;
        states.insert(Arc::new(Own(ServerHandle::new(self.offer.clone()))));
        for factory in self.factories {
            let made = (factory.make)(flags).await;
            let insert = made.map_err(|error| {
                Error::one(format!("cannot make `{}`: {error}", factory.type_name))
            })?;
            insert(&mut states);
        }
        Ok(Arc::new(Service {
            info: self.info,
            info_json: OnceLock::new(),
            instructions: self.instructions,
            cache: self.cache,
            offer: self.offer,
            extensions,
            states: Arc::new(states),
            scopes: self.scopes,
            seal,
            once: self.once.unwrap_or_else(|| Arc::new(MemoryStore::new(rounds::PATIENCE))),
            capacity: Capacity::new(&self.limits),
            room: Arc::new(self.limits.room()),
            limits: self.limits,
            life: Arc::new(Life::default()),
            drain: self.ending.drain,
            #[cfg(feature = "layers")]
            layers: self.layers.stack().map(std::sync::Mutex::new),
            hears: OnceLock::new(),
            traces: self.traces,
        }))
    }
}

impl<A> fmt::Debug for Server<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("info", &self.info)
            .field("items", &self.items)
            .finish_non_exhaustive()
    }
}
