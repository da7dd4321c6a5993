use std::any::{self, TypeId};
use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use schemars::{Schema, SchemaGenerator};

use super::complete::Completer;
use super::returns::ResourceOutput;
use super::run::Run;
use super::uri::UriTemplate;
use crate::wire::cache::CacheScope;
use crate::wire::content::Role;
use crate::wire::icon::Icon;
use crate::wire::prompt::GetPromptResult;
use crate::wire::tool::{CallToolResult, ToolAnnotations};

/// An annotated function, as [`tools!`](crate::tools) lists it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Item {
    /// From `#[tool]`.
    #[doc(hidden)]
    Tool(&'static ToolDef),
    /// From `#[resource]`.
    #[doc(hidden)]
    Resource(&'static ResourceDef),
    /// From `#[prompt]`.
    #[doc(hidden)]
    Prompt(&'static PromptDef),
}

inventory::collect!(Item);

impl Item {
    /// `tool`, `resource` or `prompt`: one of a kind has a key.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Tool(_) => "tool",
            Self::Resource(_) => "resource",
            Self::Prompt(_) => "prompt",
        }
    }

    /// What clients find it by: its name, a resource's URI.
    pub(crate) fn key(&self) -> &'static str {
        match self {
            Self::Tool(def) => def.name,
            Self::Resource(def) => def.uri.source,
            Self::Prompt(def) => def.name,
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Tool(def) => def.name,
            Self::Resource(def) => def.name,
            Self::Prompt(def) => def.name,
        }
    }

    pub(crate) fn scopes(&self) -> &'static [&'static str] {
        match self {
            Self::Tool(def) => def.scopes,
            Self::Resource(def) => def.scopes,
            Self::Prompt(def) => def.scopes,
        }
    }

    pub(crate) fn timeout(&self) -> Option<Duration> {
        match self {
            Self::Tool(def) => def.timeout,
            Self::Resource(def) => def.timeout,
            Self::Prompt(def) => def.timeout,
        }
    }

    pub(crate) fn location(&self) -> Location {
        match self {
            Self::Tool(def) => def.location,
            Self::Resource(def) => def.location,
            Self::Prompt(def) => def.location,
        }
    }

    /// Whether both are one function.
    pub(crate) fn is(&self, other: &Self) -> bool {
        (self.kind(), self.key(), self.location()) == (other.kind(), other.key(), other.location())
    }
}

/// Where an attribute stands in the author's code: one text, because each is put in its place when
/// the program starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location(pub &'static str);

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[doc(hidden)]
#[macro_export]
macro_rules! __location {
    () => {
        $crate::__private::Location(::core::concat!(
            ::core::file!(),
            ":",
            ::core::line!(),
            " (in ",
            ::core::module_path!(),
            ")"
        ))
    };
}

/// A type of state a function takes: known before the first call, so that a missing one is too.
#[derive(Clone, Copy)]
pub struct Need {
    pub(crate) type_id: TypeId,
    pub(crate) type_name: fn() -> &'static str,
}

impl Need {
    pub const fn of<T: ?Sized + 'static>() -> Self {
        Self { type_id: TypeId::of::<T>(), type_name: any::type_name::<T> }
    }
}

impl fmt::Debug for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Need({})", (self.type_name)())
    }
}

/// Writes a JSON Schema; called once per process.
pub(crate) type SchemaFn = fn(&mut SchemaGenerator) -> Schema;

/// Gives a definition its fields, and its settings one `const` method for each that the author may write.
///
/// A program has one of each function's in memory from its start: what few functions have stands behind a reference.
macro_rules! definition {
    (
        $(#[$doc:meta])* $name:ident { $($given:ident: $given_type:ty,)* }
        $settings:ident { $($field:ident: $field_type:ty = $default:expr;)* }
    ) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name {
            pub(crate) name: &'static str,
            pub(crate) location: Location,
            pub(crate) description: Option<&'static str>,
            $(pub(crate) $given: $given_type,)*
            settings: Option<&'static $settings>,
        }

        impl $name {
            pub const fn new(name: &'static str, location: Location, $($given: $given_type,)*) -> Self {
                Self { name, location, description: None, $($given,)* settings: None }
            }

            pub const fn description(self, description: &'static str) -> Self {
                Self { description: Some(description), ..self }
            }

            pub const fn settings(self, settings: &'static $settings) -> Self {
                Self { settings: Some(settings), ..self }
            }
        }

        impl Deref for $name {
            type Target = $settings;

            fn deref(&self) -> &$settings {
                static NONE: $settings = $settings::new();
                self.settings.unwrap_or(&NONE)
            }
        }

        /// What only some of them have.
        #[derive(Debug)]
        pub struct $settings {
            pub(crate) title: Option<&'static str>,
            pub(crate) icons: &'static [Icon],
            /// One JSON object, as text.
            pub(crate) meta: Option<&'static str>,
            pub(crate) timeout: Option<Duration>,
            pub(crate) needs: &'static [Need],
            /// All of which a caller has to hold.
            pub(crate) scopes: &'static [&'static str],
            $(pub(crate) $field: $field_type,)*
        }

        impl $settings {
            #[expect(clippy::new_without_default, reason = "for generated code, in a constant")]
            pub const fn new() -> Self {
                Self {
                    title: None,
                    icons: &[],
                    meta: None,
                    timeout: None,
                    needs: &[],
                    scopes: &[],
                    $($field: $default,)*
                }
            }

            pub const fn title(self, title: &'static str) -> Self {
                Self { title: Some(title), ..self }
            }

            pub const fn icons(self, icons: &'static [Icon]) -> Self {
                Self { icons, ..self }
            }

            pub const fn meta(self, meta: &'static str) -> Self {
                Self { meta: Some(meta), ..self }
            }

            pub const fn timeout(self, timeout: Duration) -> Self {
                Self { timeout: Some(timeout), ..self }
            }

            pub const fn scopes(self, scopes: &'static [&'static str]) -> Self {
                Self { scopes, ..self }
            }

            pub const fn needs(self, needs: &'static [Need]) -> Self {
                Self { needs, ..self }
            }
        }
    };
}

definition! {
    /// A function with `#[tool]`.
    ToolDef {
        arguments: SchemaFn,
        output: fn(&mut SchemaGenerator) -> Option<Schema>,
        run: Run<CallToolResult>,
    }
    ToolSettings {
        input_schema: Option<&'static str> = None;
        output_schema: Option<&'static str> = None;
        max_concurrency: Option<u64> = None;
        // Arguments and the headers that repeat them.
        headers: &'static [(&'static str, &'static str)] = &[];
        annotations: ToolAnnotations = ToolAnnotations {
            read_only_hint: None,
            destructive_hint: None,
            idempotent_hint: None,
            open_world_hint: None,
        };
    }
}

impl ToolSettings {
    pub const fn input_schema(self, schema: &'static str) -> Self {
        Self { input_schema: Some(schema), ..self }
    }

    pub const fn output_schema(self, schema: &'static str) -> Self {
        Self { output_schema: Some(schema), ..self }
    }

    pub const fn headers(self, headers: &'static [(&'static str, &'static str)]) -> Self {
        Self { headers, ..self }
    }

    /// A tool that may never run is an author's mistake, told when it is compiled.
    pub const fn max_concurrency(self, calls: u64) -> Self {
        assert!(calls > 0, "`max_concurrency` is at least 1");
        Self { max_concurrency: Some(calls), ..self }
    }

    pub const fn read_only(self, hint: bool) -> Self {
        let annotations = ToolAnnotations { read_only_hint: Some(hint), ..self.annotations };
        Self { annotations, ..self }
    }

    pub const fn destructive(self, hint: bool) -> Self {
        let annotations = ToolAnnotations { destructive_hint: Some(hint), ..self.annotations };
        Self { annotations, ..self }
    }

    pub const fn idempotent(self, hint: bool) -> Self {
        let annotations = ToolAnnotations { idempotent_hint: Some(hint), ..self.annotations };
        Self { annotations, ..self }
    }

    pub const fn open_world(self, hint: bool) -> Self {
        let annotations = ToolAnnotations { open_world_hint: Some(hint), ..self.annotations };
        Self { annotations, ..self }
    }
}

definition! {
    /// A function with `#[resource]`.
    ResourceDef {
        uri: UriTemplate,
        arguments: SchemaFn,
        run: Run<ResourceOutput>,
    }
    ResourceSettings {
        mime_type: Option<&'static str> = None;
        size: Option<u64> = None;
        audience: &'static [Role] = &[];
        priority: Option<f64> = None;
        last_modified: Option<&'static str> = None;
        ttl: Option<Duration> = None;
        scope: Option<CacheScope> = None;
        completers: &'static [Completer] = &[];
    }
}

impl ResourceSettings {
    pub const fn mime_type(self, mime_type: &'static str) -> Self {
        Self { mime_type: Some(mime_type), ..self }
    }

    pub const fn size(self, size: u64) -> Self {
        Self { size: Some(size), ..self }
    }

    pub const fn audience(self, audience: &'static [Role]) -> Self {
        Self { audience, ..self }
    }

    pub const fn priority(self, priority: f64) -> Self {
        Self { priority: Some(priority), ..self }
    }

    pub const fn last_modified(self, last_modified: &'static str) -> Self {
        Self { last_modified: Some(last_modified), ..self }
    }

    pub const fn ttl(self, ttl: Duration) -> Self {
        Self { ttl: Some(ttl), ..self }
    }

    pub const fn completers(self, completers: &'static [Completer]) -> Self {
        Self { completers, ..self }
    }

    pub const fn scope(self, scope: CacheScope) -> Self {
        Self { scope: Some(scope), ..self }
    }
}

definition! {
    /// A function with `#[prompt]`.
    PromptDef {
        arguments: SchemaFn,
        run: Run<GetPromptResult>,
    }
    PromptSettings {
        completers: &'static [Completer] = &[];
    }
}

impl PromptSettings {
    pub const fn completers(self, completers: &'static [Completer]) -> Self {
        Self { completers, ..self }
    }
}
