//! What clients may use up: one table, from which come the builder's methods, the flags and the
//! page that documents them. `kind` is what limits are measured in.

mod kind;

use std::time::Duration;

pub(crate) use kind::Unit;
use kind::{Bytes, Count, Kind, Time};

use crate::context::{Budget, Room};
use crate::server::Server;
use crate::wire::Shape;

/// A row of the table, for whoever goes through it.
#[derive(Debug)]
pub(crate) struct Limit {
    #[cfg(test)]
    name: &'static str,
    pub(crate) flag: &'static str,
    pub(crate) environment: &'static str,
    /// What is limited.
    pub(crate) what: &'static str,
    /// What who goes past it is told.
    pub(crate) refusal: &'static str,
    pub(crate) unit: Unit,
    read: fn(&Limits) -> u64,
    write: fn(&mut Limits, u64),
}

macro_rules! value {
    (Time) => {
        Duration
    };
    ($count_or_bytes:ident) => {
        usize
    };
}

macro_rules! limits {
    ($(
        #[doc = $what:literal]
        $name:ident: $kind:ident = $default:expr, $flag:literal, $environment:literal, $refusal:literal;
    )*) => {
        #[doc = include_str!("../../../docs/limits.md")]
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Limits {
            $(pub(crate) $name: value!($kind),)*
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        impl Limits {
            /// Every limit, in the order of the page.
            pub(crate) const TABLE: &[Limit] = &[$(Limit {
                #[cfg(test)]
                name: stringify!($name),
                flag: $flag,
                environment: $environment,
                what: $what.trim_ascii(),
                refusal: $refusal,
                unit: $kind::UNIT,
                read: |limits| $kind::to_number(limits.$name),
                write: |limits, number| limits.$name = $kind::from_number(number),
            },)*];

            $(
                #[doc = $what]
                #[doc = concat!("\n\nPast it: ", $refusal, ". The flag is `--", $flag, "`.")]
                #[must_use]
                pub fn $name(mut self, $name: value!($kind)) -> Self {
                    self.$name = $kind::from_number($kind::to_number($name));
                    self
                }
            )*
        }
    };
}

limits! {
    /// Connections that are open at once.
    connections: Count = 1024, "max-connections", "MCP_MAX_CONNECTIONS",
        "503 with `Retry-After`, and the connection is closed";
    /// Connections of one address, or of one /64 of IPv6. Behind a proxy all come from one.
    connections_per_peer: Count = 1024, "max-connections-per-peer", "MCP_MAX_CONNECTIONS_PER_PEER",
        "429 with `Retry-After`, and the connection is closed";
    /// Requests of one client that are open at once, streams too, where a trusted proxy says who it is.
    requests_per_client: Count = 256, "max-requests-per-client", "MCP_MAX_REQUESTS_PER_CLIENT",
        "429 with `Retry-After`";
    /// Headers of a request.
    headers: Count = 100, "max-headers", "MCP_MAX_HEADERS", "431";
    /// Bytes of a request's line and headers.
    header_bytes: Bytes = 16 << 10, "max-header-bytes", "MCP_MAX_HEADER_BYTES", "431";
    /// Bytes of a request's line.
    request_line: Bytes = 8 << 10, "max-request-line", "MCP_MAX_REQUEST_LINE", "414";
    /// How long a head may take to come in, and a connection be idle.
    header_time: Time = Duration::from_secs(30), "header-time", "MCP_HEADER_TIME",
        "the connection is closed";
    /// The largest message that may be posted.
    max_body: Bytes = 4 << 20, "max-body", "MCP_MAX_BODY", "413";
    /// The longest line that is read over stdio.
    max_line: Bytes = 4 << 20, "max-line", "MCP_MAX_LINE", "an error without an id";
    /// How long a body may take to come in.
    body_time: Time = Duration::from_secs(30), "body-time", "MCP_BODY_TIME", "408";
    /// How deep a message may be nested; 127 at most.
    json_depth: Count = 100, "json-depth", "MCP_JSON_DEPTH", "400, or an error on that id";
    /// Members of one object.
    json_members: Count = 10_000, "json-members", "MCP_JSON_MEMBERS", "400, or an error on that id";
    /// Elements of one array.
    json_elements: Count = 100_000, "json-elements", "MCP_JSON_ELEMENTS",
        "400, or an error on that id";
    /// Members and elements in one message.
    json_values: Count = 200_000, "json-values", "MCP_JSON_VALUES", "400, or an error on that id";
    /// The bytes that are held for all clients: connections, bodies, lines, results, queues.
    memory: Bytes = 64 << 20, "max-memory", "MCP_MAX_MEMORY",
        "503 with `Retry-After`, or an error on that id";
    /// Notifications that wait for a client on one stream.
    queue: Count = 1024, "max-queue", "MCP_MAX_QUEUE", "the oldest log message is lost";
    /// Their bytes; and of all that waits, before the client has to read.
    queue_bytes: Bytes = 4 << 20, "max-queue-bytes", "MCP_MAX_QUEUE_BYTES",
        "the oldest log message is lost";
    /// Calls that run at once.
    calls: Count = 1024, "max-calls", "MCP_MAX_CALLS", "an error on that id";
    /// Calls that run at once in one session.
    calls_per_session: Count = 256, "max-calls-per-session", "MCP_MAX_CALLS_PER_SESSION",
        "an error on that id";
    /// How long a call may take that has no timeout of its own. Progress begins the time anew.
    call_timeout: Time = Duration::from_secs(10 * 60), "call-timeout", "MCP_CALL_TIMEOUT",
        "an error on that id";
    /// How long a call may take in all, with progress, if its own timeout is not longer.
    call_ceiling: Time = Duration::from_secs(60 * 60), "call-ceiling", "MCP_CALL_CEILING",
        "an error on that id";
    /// Questions to the client that are open at once in one session.
    questions: Count = 256, "max-questions", "MCP_MAX_QUESTIONS", "an error for the function";
    /// Clients that listen for changes at once, beside those of sessions.
    listeners: Count = 10_000, "max-listeners", "MCP_MAX_LISTENERS", "an error on that id";
    /// The largest result of a call.
    max_result: Bytes = 16 << 20, "max-result", "MCP_MAX_RESULT", "an error on that id";
    /// Messages that are kept for clients that come back to a stream.
    replay: Count = 4096, "max-replay", "MCP_MAX_REPLAY", "the oldest is lost";
    /// Their bytes.
    replay_bytes: Bytes = 16 << 20, "max-replay-bytes", "MCP_MAX_REPLAY_BYTES",
        "the oldest is lost";
    /// Sessions that are open at once; with HTTP+SSE beside it, of each of the two.
    sessions: Count = 10_000, "max-sessions", "MCP_MAX_SESSIONS",
        "the session ends that was idle for longest; if none is idle, 503 with `Retry-After`";
    /// Sessions of one caller who has shown by a token who it is.
    sessions_per_principal: Count = 1000, "max-sessions-per-principal",
        "MCP_MAX_SESSIONS_PER_PRINCIPAL",
        "the caller's session ends that was idle for longest; if none is idle, 429 with `Retry-After`";
    /// Streams of replies that a session keeps for a client that comes back to them.
    streams_per_session: Count = 32, "max-streams-per-session", "MCP_MAX_STREAMS_PER_SESSION",
        "the oldest is not kept, one that was sent to its end before others";
    /// How long a session lives without a request, a call that runs or a stream that is read.
    session_idle: Time = Duration::from_secs(30 * 60), "session-idle", "MCP_SESSION_IDLE",
        "the session is over: 404";
}

impl Limits {
    /// What may wait in an outbox.
    pub(crate) fn room(&self) -> Room {
        Room {
            calls: self.calls_per_session,
            questions: self.questions,
            notifications: self.queue,
            bytes: self.queue_bytes,
            replies: self.calls,
            budget: Budget::new(self.memory),
        }
    }

    /// What a message may hold.
    pub(crate) fn shape(&self) -> Shape {
        let Self { json_depth, json_members, json_elements, json_values, .. } = *self;
        Shape {
            depth: json_depth,
            members: json_members,
            elements: json_elements,
            values: json_values,
        }
    }
}

impl Limit {
    /// What it is, as it is written on a command line.
    pub(crate) fn shown(&self, limits: &Limits) -> String {
        self.unit.shown((self.read)(limits))
    }

    /// Reads what stands on a command line.
    ///
    /// # Errors
    ///
    /// What would have been understood.
    pub(crate) fn set(&self, limits: &mut Limits, text: &str) -> Result<(), String> {
        (self.write)(limits, self.unit.parse(text)?);
        Ok(())
    }
}

impl<A> Server<A> {
    /// What clients may use up. Flags of the command line come before what is said here.
    ///
    /// ```
    /// use mcp_runtime::{Limits, Server};
    ///
    /// let server = Server::new("clock", "1.0.0").limits(Limits::default().sessions(100));
    /// # let _ = server;
    /// ```
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    #[cfg(feature = "cli")]
    pub(crate) fn limits_set(&self) -> &Limits {
        &self.limits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table as the page has it.
    fn page(limits: &Limits) -> String {
        let rows = Limits::TABLE.iter().map(|limit| {
            let Limit { name, flag, what, refusal, .. } = limit;
            let (what, default) = (what.trim_end_matches('.'), limit.shown(limits));
            format!("| `{name}`: {what} | `--{flag}` | {default} | {refusal} |\n")
        });
        let head = "| limit | flag | default | past it |\n| --- | --- | --- | --- |\n".to_owned();
        rows.fold(head, |page, row| page + &row)
    }

    #[test]
    fn the_page_has_the_table() {
        let (page, table) = (include_str!("../../../docs/limits.md"), page(&Limits::default()));
        assert!(page.ends_with(&table), "docs/limits.md should end with:\n{table}");
    }

    #[test]
    fn flags_and_variables_go_by_one_name() {
        for limit in Limits::TABLE {
            let variable = format!("MCP_{}", limit.flag.to_ascii_uppercase().replace('-', "_"));
            assert_eq!(limit.environment, variable);
        }
    }

    #[test]
    fn what_is_shown_can_be_set() {
        for limit in Limits::TABLE {
            let mut limits = Limits::default();
            limit.set(&mut limits, &limit.shown(&Limits::default())).unwrap();
            assert_eq!(limits, Limits::default(), "{}", limit.name);
            limit.set(&mut limits, "7").unwrap();
            assert_ne!(limits, Limits::default(), "{}", limit.name);
        }
    }
}
