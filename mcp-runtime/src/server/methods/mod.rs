//! The methods: what each reads from its request, and how its result is made.
//!
//! ```text
//! dispatch                  the table of them, and the answers to a request that needs no function
//! lists                     what is offered, page by page
//! tools, resources, prompts a function is called, and what it returned becomes a result
//! completion                the same, while a person still types an argument
//! subscriptions             what has changed is told: in a session, or by a request that lasts
//! logging                   from which level on a session hears
//! extension                 methods that only an extension of the protocol has
//! ```

mod completion;
mod dispatch;
mod extension;
mod lists;
mod logging;
mod prompts;
mod resources;
mod subscriptions;
mod tools;
