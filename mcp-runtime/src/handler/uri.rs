/// A URI, or an RFC 6570 template for many: parsed and checked by the macro, matched by the registry.
#[derive(Debug, Clone, Copy)]
pub struct UriTemplate {
    pub(crate) source: &'static str,
    pub(crate) parts: &'static [UriPart],
}

impl UriTemplate {
    pub const fn new(source: &'static str, parts: &'static [UriPart]) -> Self {
        Self { source, parts }
    }

    /// Whether it stands for one resource.
    pub(crate) fn is_fixed(&self) -> bool {
        !self.parts.iter().any(|part| matches!(part, UriPart::Variable { .. }))
    }

    /// Whether a variable is a list.
    pub(crate) fn explodes(&self, variable: &str) -> bool {
        self.parts.iter().any(|part| matches!(part, UriPart::Variable { name, explode: true, .. } if *name == variable))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UriPart {
    Literal(&'static str),
    /// `explode`: the value is a list, one element a segment (`{/path*}`).
    Variable {
        name: &'static str,
        operator: Operator,
        explode: bool,
    },
}

/// How an expression expands (RFC 6570 §3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `{v}`: no reserved characters.
    Simple,
    /// `{+v}`: reserved characters as they are.
    Reserved,
    /// `{#v}`
    Fragment,
    /// `{.v}`
    Label,
    /// `{/v}`
    Path,
    /// `{?v}`, the first of a query.
    Query,
    /// `{&v}`, and the others of `{?v,w}`.
    QueryContinuation,
}
