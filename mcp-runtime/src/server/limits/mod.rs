//! What clients may use up: one table, from which come the builder's methods, the flags and the
//! page that documents them.

mod kind;

use std::time::Duration;

pub(crate) use kind::Unit;
use kind::{Bytes, Count, Kind, Time};

use super::Server;

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
    /// The largest message that may be posted.
    max_body: Bytes = 4 << 20, "max-body", "MCP_MAX_BODY", "413";
    /// Sessions that are open at once.
    sessions: Count = 10_000, "max-sessions", "MCP_MAX_SESSIONS",
        "503 with `Retry-After`";
    /// How long a session lives without a request, a call that runs or a stream that is read.
    session_idle: Time = Duration::from_secs(30 * 60), "session-idle", "MCP_SESSION_IDLE",
        "the session is over: 404";
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
