//! Bytes ⇄ types: the protocol's shapes, with serde and nothing else.
//!
//! One type per specification type, holding every field any revision has. Reading ignores unknown
//! fields; which fields are *written* depends on the revision and is decided in [`crate::revision`].
//!
//! ```text
//! how a message is read
//!   frame       what comes in one piece: a message or a batch
//!   shape       how much it may hold
//!   batch       an array of messages
//!   message     its bytes, its kind, and what makes JSON no message
//!   index       where its members stand
//!   scan        one pass over JSON, which finds that
//!   string      where a JSON string ends
//!   blocks      many bytes at a time
//!   escapes     texts ⇄ what stands for them within strings
//!   properties  an object that is read property by property
//! what is in one
//!   method      what it asks for
//!   id          of a request: its reply has the same
//!   meta        what a request says of its client
//!   error       why it was not served
//!   number      integers that are the same where numbers are doubles
//! how one is written
//!   line      by serde, or member by member
//! the types of the specification
//!   initialize   who a client and a server are, and what they can do
//!   tool, resource, prompt, with content, schema and icon
//!   completion, subscription, log, cache
//!   sampling, form   what a client is asked
//! ```

mod batch;
mod blocks;
pub(crate) mod cache;
pub(crate) mod completion;
pub(crate) mod content;
pub(crate) mod error;
mod escapes;
pub(crate) mod form;
mod frame;
pub(crate) mod icon;
pub(crate) mod id;
mod index;
pub(crate) mod initialize;
pub(crate) mod line;
pub(crate) mod log;
pub(crate) mod message;
pub(crate) mod meta;
pub(crate) mod method;
pub(crate) mod number;
pub(crate) mod prompt;
mod properties;
pub(crate) mod resource;
pub(crate) mod sampling;
mod scan;
pub(crate) mod schema;
mod shape;
mod string;
pub(crate) mod subscription;
pub(crate) mod tool;

pub(crate) use batch::Batch;
pub(crate) use blocks::until;
pub(crate) use error::{Code, ErrorObject, Quoted};
pub(crate) use frame::Frame;
pub(crate) use id::RequestId;
pub(crate) use index::Member;
pub(crate) use line::{Encode, Line, SharedResult, Text, raw};
pub(crate) use message::{Message, MessageKind, Unreadable};
pub(crate) use method::Method;
pub(crate) use properties::Properties;
pub(crate) use shape::Shape;

use serde::Deserialize;

/// Reads JSON that is text already. As bytes, which is how messages are read: serde_json, and all that is read with
/// it, would be compiled once more for text.
pub(crate) fn from_text<'a, T: Deserialize<'a>>(text: &'a str) -> serde_json::Result<T> {
    serde_json::from_slice(text.as_bytes())
}
