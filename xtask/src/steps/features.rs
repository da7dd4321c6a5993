//! Each feature set alone. A workspace build unifies features and would hide a missing `cfg`.

use crate::step::{Failure, Outcome};
use crate::workspace::Workspace;

/// `None` is the default set, `Some("")` no feature at all.
const SETS: &[(&str, Option<&str>)] = &[
    ("mcp-runtime-macros", None),
    ("mcp-runtime", Some("")),
    ("mcp-runtime", Some("macros")),
    ("mcp-runtime", Some("stdio")),
    ("mcp-runtime", Some("stdio,macros")),
    ("mcp-runtime", Some("http")),
    ("mcp-runtime", Some("http,macros")),
    ("mcp-runtime", Some("sse")),
    ("mcp-runtime", Some("tls")),
    ("mcp-runtime", Some("cli,tls")),
    ("mcp-runtime", Some("metrics")),
    ("mcp-runtime", Some("otel")),
    ("mcp-runtime", Some("stdio,macros,otel")),
    ("mcp-runtime", Some("layers,macros")),
    ("mcp-runtime", Some("cli")),
    ("mcp-runtime", Some("auth")),
    ("mcp-runtime", Some("cli,stdio,macros")),
    ("mcp-runtime", Some("cli,auth")),
    ("mcp-runtime", None),
];

pub(crate) fn run(workspace: &Workspace) -> Result<Outcome, Failure> {
    for (package, features) in SETS {
        workspace.cargo(&line(package, *features)).run()?;
    }
    Ok(Outcome::Passed(format!("{} sets", SETS.len())))
}

/// Clippy and not `check`: it checks the same, and is told to refuse warnings without `RUSTFLAGS`,
/// which would build every dependency a second time.
fn line(package: &str, features: Option<&str>) -> String {
    let features = match features {
        None => String::new(),
        Some("") => " --no-default-features".into(),
        Some(names) => format!(" --no-default-features --features {names}"),
    };
    format!("clippy -p {package}{features} -- -D warnings")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_spelled_out() {
        assert_eq!(line("a", None), "clippy -p a -- -D warnings");
        assert_eq!(line("a", Some("")), "clippy -p a --no-default-features -- -D warnings");
        assert_eq!(
            line("a", Some("b,c")),
            "clippy -p a --no-default-features --features b,c -- -D warnings"
        );
    }
}
