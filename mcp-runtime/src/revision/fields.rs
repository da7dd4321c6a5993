use super::Revision;
use super::Revision::{V2025_03_26, V2025_06_18, V2025_11_25, V2026_07_28};

/// A field or kind that not every revision has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    /// `title` of tools, resources, prompts, arguments, servers.
    Title,
    /// `_meta` of anything but requests and results.
    Meta,
    Icons,
    /// `description` and `websiteUrl` of a server.
    AboutServer,
    ToolAnnotations,
    OutputSchema,
    StructuredContent,
    Audio,
    ResourceLink,
    LastModified,
    /// `message` of a progress notification.
    ProgressMessage,
    /// `oneOf` and lists in the form of an elicitation.
    FormChoices,
    /// Defaults of what is no bool in such a form.
    FormDefaults,
    /// The name of a request to open a page.
    ElicitationId,
    /// Tools for a client's model.
    SamplingTools,
    /// Messages of several blocks to a client's model.
    SamplingBlocks,
    ResultType,
    CacheHints,
    /// `completions` among a server's capabilities; the method is older.
    Completions,
    /// The server's name in a result's `_meta`.
    ServerInfoMeta,
}

impl Field {
    /// The first revision that has it: the schemas' history, one row a field.
    const fn since(self) -> Revision {
        match self {
            Self::ToolAnnotations | Self::Audio | Self::ProgressMessage | Self::Completions => {
                V2025_03_26
            }
            Self::Title
            | Self::Meta
            | Self::OutputSchema
            | Self::StructuredContent
            | Self::ResourceLink
            | Self::LastModified => V2025_06_18,
            Self::Icons
            | Self::AboutServer
            | Self::FormChoices
            | Self::FormDefaults
            | Self::ElicitationId
            | Self::SamplingTools
            | Self::SamplingBlocks => V2025_11_25,
            Self::ResultType | Self::CacheHints | Self::ServerInfoMeta => V2026_07_28,
        }
    }

    /// The last revision that has it, if it is gone.
    const fn last(self) -> Option<Revision> {
        match self {
            Self::ElicitationId => Some(V2025_11_25),
            _ => None,
        }
    }
}

impl Revision {
    pub(super) fn has(self, field: Field) -> bool {
        self >= field.since() && field.last().is_none_or(|last| self <= last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_appear_in_their_revision() {
        let first = |field| Revision::ALL.into_iter().find(|revision| revision.has(field));
        assert_eq!(first(Field::Audio), Some(V2025_03_26));
        assert_eq!(first(Field::Title), Some(V2025_06_18));
        assert_eq!(first(Field::Icons), Some(V2025_11_25));
        assert_eq!(first(Field::ResultType), Some(V2026_07_28));
        assert!(!Revision::ALL[0].has(Field::ToolAnnotations));
    }
}
