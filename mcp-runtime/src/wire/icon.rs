use serde::Serialize;

/// An image a client may show beside a tool, resource, prompt or server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Icon {
    src: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    mime_type: Option<&'static str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    sizes: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    theme: Option<Theme>,
}

impl Icon {
    /// An icon at an `https:` or `data:` URI.
    pub const fn new(src: &'static str) -> Self {
        Self { src, mime_type: None, sizes: &[], theme: None }
    }

    /// For example `image/png`.
    pub const fn mime_type(self, mime_type: &'static str) -> Self {
        Self { mime_type: Some(mime_type), ..self }
    }

    /// Sizes such as `48x48`, or `any` for a scalable image.
    pub const fn sizes(self, sizes: &'static [&'static str]) -> Self {
        Self { sizes, ..self }
    }

    /// The background the icon is made for.
    pub const fn theme(self, theme: Theme) -> Self {
        Self { theme: Some(theme), ..self }
    }
}

/// The background an icon is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names say it")]
pub enum Theme {
    Light,
    Dark,
}
