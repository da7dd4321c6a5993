//! The form of an elicitation (client/elicitation, "Requested schema"): one flat object of fields a
//! person can fill in.

use serde_json::{Number, Value};

/// What is asked for, in the words of the newest revision; older ones lack some.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Form {
    pub(crate) fields: Vec<FormField>,
    pub(crate) required: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FormField {
    pub(crate) name: String,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) kind: FieldKind,
    /// Of the kind's type.
    pub(crate) default: Option<Value>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum FieldKind {
    Text {
        /// `email`, `uri`, `date` or `date-time`.
        format: Option<String>,
        min_length: Option<u64>,
        max_length: Option<u64>,
    },
    Number {
        integer: bool,
        minimum: Option<Number>,
        maximum: Option<Number>,
    },
    Flag,
    OneOf(Options),
    SomeOf {
        options: Options,
        min_items: Option<u64>,
        max_items: Option<u64>,
    },
}

/// What can be chosen from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Options {
    /// The values alone.
    Plain(Vec<String>),
    /// Values and what people read.
    Titled(Vec<(String, String)>),
    /// The same, in the form that came first: `enum` and `enumNames`.
    Named(Vec<(String, String)>),
}
