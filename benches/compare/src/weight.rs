//! What is built, and what building it takes.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};

use crate::report::Finding;
use crate::server::{built, workspace};

/// Builds the servers, each by itself: in one build, cargo would unify the features they ask tokio for.
pub fn build(packages: &[&str]) -> Result<(), String> {
    for package in packages {
        cargo(&["build", "--release", "--quiet", "--package", package], None)?;
    }
    Ok(())
}

/// Megabytes of the minimal server, stripped; `more`: with more features too, which has to be built.
pub fn of_binaries(more: bool) -> Result<Vec<Finding>, String> {
    let finding = |what: &str, megabytes: f64, most: Option<f64>, field: String| Finding {
        what: what.into(),
        found: format!("{megabytes:.2} MB"),
        bar: most.map_or_else(String::new, |most| format!("≤ {most} MB")),
        passed: most.map(|most| megabytes <= most),
        field,
    };
    let field = [
        ("bare-http", "bare"),
        ("peer-rmcp", "rmcp, 104 tools"),
        ("peer-flymcprust", "flymcprust, 104 tools"),
    ];
    let field = field.iter().filter(|(binary, _)| built(binary).exists());
    let field: Result<Vec<_>, String> = field
        .map(|(binary, name)| Ok(format!("{name} {:.2} MB", stripped(&built(binary))?)))
        .collect();
    let minimal = |features: &[&str]| {
        let arguments =
            ["build", "--release", "--quiet", "--package", "ours", "--bin", "ours-minimal"];
        cargo(&[&arguments[..], features].concat(), None)?;
        stripped(&built("ours-minimal"))
    };
    let mut rows = Vec::new();
    if more {
        for (what, features) in [("default", "standard"), ("all", "full")] {
            let megabytes = minimal(&["--features", features])?;
            let what = format!("binary of a minimal server, {what} features");
            rows.push(finding(&what, megabytes, None, String::new()));
        }
    }
    let ours = minimal(&[])?;
    rows.push(finding(
        "binary of a minimal server, `stdio,http`",
        ours,
        Some(3.1),
        field?.join(", "),
    ));
    let whole = stripped(&built("ours"))?;
    rows.push(finding("binary of the whole server, 108 tools", whole, None, String::new()));
    Ok(rows)
}

/// CPU seconds of a release build from nothing.
pub fn of_builds() -> Result<Finding, String> {
    let seconds = |package: &str, binary: &str| {
        let folder = built("bench-clean");
        drop(std::fs::remove_dir_all(&folder)); // from a run that was stopped
        let before = children();
        cargo(
            &["build", "--release", "--quiet", "--package", package, "--bin", binary],
            Some(&folder),
        )?;
        let took = children() - before;
        std::fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
        Ok::<_, String>(took.as_secs_f64())
    };
    let ours = seconds("ours", "ours-minimal")?;
    let peers =
        [("bare", "bare-http"), ("peer-rmcp", "peer-rmcp"), ("peer-flymcprust", "peer-flymcprust")];
    let field: Result<Vec<_>, String> = peers
        .iter()
        .map(|(package, binary)| Ok(format!("{binary} {:.0} s", seconds(package, binary)?)))
        .collect();
    Ok(Finding {
        what: "clean release build of a minimal server, CPU".into(),
        found: format!("{ours:.0} s"),
        bar: "≤ 100 s".into(),
        passed: Some(ours <= 100.0),
        field: field?.join(", "),
    })
}

fn cargo(arguments: &[&str], target: Option<&Path>) -> Result<(), String> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(workspace());
    if let Some(target) = target {
        command.env("CARGO_TARGET_DIR", target);
    }
    run(command)
}

fn stripped(binary: &Path) -> Result<f64, String> {
    let copy: PathBuf = built("bench-stripped");
    let mut strip = Command::new("strip");
    strip.arg("-o").args([&copy, binary]);
    run(strip)?;
    let bytes = std::fs::metadata(&copy).map_err(|error| error.to_string())?.len();
    Ok(bytes as f64 / 1e6)
}

fn run(mut command: Command) -> Result<(), String> {
    let status = command.status().map_err(|error| format!("{command:?}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}")) }
}

/// CPU time of the programs we have run.
fn children() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("a process has children");
    let seconds = |time: nix::sys::time::TimeVal| {
        Duration::new(time.tv_sec() as u64, time.tv_usec() as u32 * 1_000)
    };
    seconds(usage.user_time()) + seconds(usage.system_time())
}
