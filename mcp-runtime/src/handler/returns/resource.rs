use std::borrow::Cow;

use serde::Serialize;

use super::Probe;
use crate::handler::fault::Fault;
use crate::handler::run::ResourceOutcome;
use crate::wire::resource::ResourceContents;

/// The contents a read gives; `None`: there is no such resource.
#[derive(Debug)]
pub struct ResourceOutput {
    pub(crate) contents: Option<Vec<ResourceContents>>,
    /// The media type of contents that name none, unless the author did.
    pub(crate) default_mime_type: Option<&'static str>,
}

/// What a `#[resource]` function may return besides any `Serialize` value.
///
/// | type | contents |
/// | --- | --- |
/// | `String`, `&str`, `Cow<str>` | text, `text/plain` |
/// | `Vec<u8>`, `&[u8]` | a blob |
/// | [`ResourceContents`], `Vec<ResourceContents>` | these |
/// | `None` of any of these | there is no such resource |
/// | any other `Serialize` | JSON, `application/json` |
/// | `Result<T, E>` of all these | `Err` is an internal error |
///
/// Implement it for a type of yours that has a form of its own:
///
/// ```
/// use mcp_runtime::{IntoResourceContents, ResourceContents, resource};
///
/// struct Table(Vec<[u32; 2]>);
///
/// impl IntoResourceContents for Table {
///     fn into_resource_contents(self) -> Option<Vec<ResourceContents>> {
///         let lines: String = self.0.iter().map(|[year, sold]| format!("{year},{sold}\n")).collect();
///         Some(vec![ResourceContents::text(lines)])
///     }
///
///     const MIME_TYPE: Option<&'static str> = Some("text/csv");
/// }
///
/// /// What was sold in each year.
/// #[resource("shop://sales")]
/// fn sales() -> Table {
///     Table(vec![[2025, 7], [2026, 9]])
/// }
/// # use mcp_runtime::{Server, testing, tools};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let client = testing::connect(Server::new("shop", "1.0.0").with(tools![sales])).await?;
/// # let read = client.read("shop://sales").await?;
/// # assert_eq!((&read[0]["mimeType"], &read[0]["text"]), (&"text/csv".into(), &"2025,7\n2026,9\n".into()));
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be returned from a resource",
    label = "not text, not bytes, and not `Serialize`",
    note = "derive `serde::Serialize` for `{Self}` to return it as JSON",
    note = "or return `String`, `Vec<u8>`, `ResourceContents`, or an `Option` or `Result` of these"
)]
pub trait IntoResourceContents {
    /// The contents to send; `None`: there is no such resource.
    fn into_resource_contents(self) -> Option<Vec<ResourceContents>>;

    /// The media type of contents that name none, if the attribute names none either.
    const MIME_TYPE: Option<&'static str> = None;
}

impl IntoResourceContents for Vec<ResourceContents> {
    fn into_resource_contents(self) -> Option<Vec<ResourceContents>> {
        Some(self)
    }
}

impl IntoResourceContents for ResourceContents {
    fn into_resource_contents(self) -> Option<Vec<ResourceContents>> {
        Some(vec![self])
    }
}

impl IntoResourceContents for String {
    fn into_resource_contents(self) -> Option<Vec<ResourceContents>> {
        ResourceContents::text(self).into_resource_contents()
    }

    const MIME_TYPE: Option<&'static str> = Some("text/plain");
}

impl IntoResourceContents for &str {
    fn into_resource_contents(self) -> Option<Vec<ResourceContents>> {
        self.to_owned().into_resource_contents()
    }

    const MIME_TYPE: Option<&'static str> = Some("text/plain");
}

impl IntoResourceContents for Cow<'_, str> {
    fn into_resource_contents(self) -> Option<Vec<ResourceContents>> {
        self.into_owned().into_resource_contents()
    }

    const MIME_TYPE: Option<&'static str> = Some("text/plain");
}

impl IntoResourceContents for Vec<u8> {
    fn into_resource_contents(self) -> Option<Vec<ResourceContents>> {
        (&self[..]).into_resource_contents()
    }

    const MIME_TYPE: Option<&'static str> = Some("application/octet-stream");
}

impl IntoResourceContents for &[u8] {
    fn into_resource_contents(self) -> Option<Vec<ResourceContents>> {
        ResourceContents::blob(self).into_resource_contents()
    }

    const MIME_TYPE: Option<&'static str> = Some("application/octet-stream");
}

impl<T: IntoResourceContents> IntoResourceContents for Option<T> {
    fn into_resource_contents(self) -> Option<Vec<ResourceContents>> {
        self?.into_resource_contents()
    }

    const MIME_TYPE: Option<&'static str> = T::MIME_TYPE;
}

pub trait ResourceDirect {
    fn resource_conversion(&self) -> Direct {
        Direct
    }
}

impl<T: IntoResourceContents> ResourceDirect for &&Probe<T> {}

pub trait ResourceJson {
    fn resource_conversion(&self) -> Json {
        Json
    }
}

impl<T: Serialize> ResourceJson for &Probe<T> {}

pub trait ResourceUnsupported {
    fn resource_conversion(&self) -> Unsupported {
        Unsupported
    }
}

impl<T> ResourceUnsupported for Probe<T> {}

#[derive(Debug)]
pub struct Direct;

impl Direct {
    pub fn convert<T: IntoResourceContents>(self, value: T) -> ResourceOutcome {
        Ok(ResourceOutput {
            contents: value.into_resource_contents(),
            default_mime_type: T::MIME_TYPE,
        })
    }
}

#[derive(Debug)]
pub struct Json;

impl Json {
    /// `null` is how `None` is written: there is no such resource.
    pub fn convert<T: Serialize>(self, value: T) -> ResourceOutcome {
        let json = serde_json::to_string(&value).map_err(Fault::internal)?;
        let contents = if json == "null" { None } else { json.into_resource_contents() };
        Ok(ResourceOutput { contents, default_mime_type: Some("application/json") })
    }
}

/// Exists for its error: nothing that gets here has the trait.
#[derive(Debug)]
pub struct Unsupported;

impl Unsupported {
    pub fn convert<T: IntoResourceContents>(self, value: T) -> ResourceOutcome {
        Direct.convert(value)
    }
}

#[doc(hidden)]
#[macro_export]
macro_rules! __resource_result {
    ($value:expr) => {
        $crate::__returned!($value, resource_conversion)
    };
}
