//! Bytes ⇄ types: the protocol's shapes, with serde and nothing else.
//!
//! One type per specification type, holding every field any revision has. Reading ignores unknown
//! fields; which fields are *written* depends on the revision and is decided in [`crate::revision`].

mod batch;
pub(crate) mod cache;
pub(crate) mod completion;
pub(crate) mod content;
pub(crate) mod error;
pub(crate) mod form;
pub(crate) mod frame;
pub(crate) mod icon;
pub(crate) mod id;
mod index;
pub(crate) mod initialize;
pub(crate) mod log;
pub(crate) mod message;
pub(crate) mod meta;
pub(crate) mod method;
pub(crate) mod prompt;
pub(crate) mod resource;
pub(crate) mod sampling;
mod scan;
pub(crate) mod schema;
mod shape;
mod string;
pub(crate) mod subscription;
pub(crate) mod tool;

pub(crate) use batch::{Batch, Frame};
pub(crate) use error::{Code, ErrorObject};
pub(crate) use frame::{Encode, Line, Quoted, SharedResult, Text, from_text, raw};
pub(crate) use id::RequestId;
pub(crate) use index::Member;
pub(crate) use message::{Message, MessageKind, Unreadable};
pub(crate) use method::Method;
pub(crate) use shape::Shape;
