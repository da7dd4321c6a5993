//! A child process, shown as the shell line that repeats it.

use std::ffi::OsString;
use std::fmt;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{self, Stdio};

use crate::step::Failure;

pub(crate) struct Command {
    program: OsString,
    arguments: Vec<String>,
    variables: Vec<(&'static str, String)>,
    folder: PathBuf,
}

impl Command {
    /// `line` is split at white space.
    pub(crate) fn cargo(folder: impl Into<PathBuf>, line: &str) -> Self {
        // Cargo names itself to what it runs, so we stay on the toolchain we were called with.
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        Self::new(cargo, folder).args(line.split_whitespace())
    }

    pub(crate) fn new(program: impl Into<OsString>, folder: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            variables: Vec::new(),
            folder: folder.into(),
        }
    }

    pub(crate) fn args<A: Into<String>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    pub(crate) fn env(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// Runs it with our stdout and stderr.
    pub(crate) fn run(&self) -> Result<(), Failure> {
        println!("$ {self}");
        let status = self.prepared().status().map_err(|error| self.not_started(&error))?;
        self.accept(status)
    }

    /// Runs it, passes its stdout on line by line, and returns those lines too.
    pub(crate) fn run_and_read(&self) -> Result<Vec<String>, Failure> {
        println!("$ {self}");
        self.read(|line| println!("{line}"))
    }

    /// Runs it and returns its stdout without showing it.
    pub(crate) fn quiet(&self) -> Result<Vec<String>, Failure> {
        self.read(|_| ())
    }

    /// `true` if it runs at all and ends well. Shows nothing.
    pub(crate) fn works(&self) -> bool {
        let status = self.prepared().stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    }

    pub(crate) fn failed(&self, what: impl Into<String>) -> Failure {
        Failure { what: what.into(), repeat: Some(self.to_string()) }
    }

    fn read(&self, mut each: impl FnMut(&str)) -> Result<Vec<String>, Failure> {
        let mut child = self
            .prepared()
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| self.not_started(&error))?;
        let mut lines = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            for line in BufReader::new(stdout).split(b'\n') {
                let line = line
                    .map_err(|error| self.failed(format!("its output cannot be read: {error}")))?;
                let line = String::from_utf8_lossy(&line).trim_end().to_string();
                each(&line);
                lines.push(line);
            }
        }
        let status = child.wait().map_err(|error| self.failed(error.to_string()))?;
        self.accept(status).map(|()| lines)
    }

    fn prepared(&self) -> process::Command {
        let mut command = process::Command::new(&self.program);
        command.args(&self.arguments).current_dir(&self.folder).stdin(Stdio::null());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    fn accept(&self, status: process::ExitStatus) -> Result<(), Failure> {
        if status.success() { Ok(()) } else { Err(self.failed(status.to_string())) }
    }

    fn not_started(&self, error: &std::io::Error) -> Failure {
        self.failed(format!("`{}` does not start: {error}", self.program.display()))
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.variables {
            write!(f, "{name}={} ", quoted(value))?;
        }
        // `$CARGO` is a long path; people type `cargo`.
        let path = std::path::Path::new(&self.program);
        let is_cargo = path.file_stem().is_some_and(|stem| stem == "cargo");
        let program = if is_cargo { "cargo".into() } else { self.program.to_string_lossy() };
        f.write_str(&program)?;
        for argument in &self.arguments {
            write!(f, " {}", quoted(argument))?;
        }
        Ok(())
    }
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_=/.,:+@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.into()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_shown_as_a_shell_line() {
        let command =
            Command::cargo(".", "doc --no-deps").env("RUSTDOCFLAGS", "-D warnings").args(["it's"]);
        assert_eq!(
            command.to_string(),
            r"RUSTDOCFLAGS='-D warnings' cargo doc --no-deps 'it'\''s'"
        );
    }

    #[test]
    fn a_missing_program_is_named() {
        let failure = Command::new("no-such-program", ".").run().expect_err("there is none");
        assert!(failure.what.contains("`no-such-program` does not start"), "{failure}");
        assert_eq!(failure.repeat.as_deref(), Some("no-such-program"));
    }

    #[test]
    fn a_failing_program_is_not_a_success() {
        let command = Command::cargo(".", "no-such-subcommand");
        assert!(!command.works());
        assert!(command.quiet().is_err());
    }
}
