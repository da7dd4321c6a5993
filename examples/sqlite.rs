//! Any SQLite file as an MCP server, read-only: `cargo run -p sqlite -- --db FILE`.
//!
//! State (`&Db`), a flag of its own, structured results, progress, cancellation of work that runs
//! in foreign code, resources and a prompt.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use mcp_runtime::{Context, LogLevel, OnCancel, ToolError, prompt, resource, tool};
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// What the command line takes besides the transport.
#[derive(clap::Args)]
struct Flags {
    /// The SQLite file to serve; it is never written to
    #[arg(long, env = "SQLITE_DB", value_name = "FILE")]
    db: PathBuf,
}

fn main() -> ExitCode {
    mcp_runtime::server!()
        .instructions(
            "Look at schema://tables first. Queries are SQLite's SQL; the database is read-only.",
        )
        .args::<Flags>()
        .state_with(|flags: &Flags| Db::open(&flags.db))
        .run()
}

/// A read-only database. A connection serves one call at a time; idle ones are kept.
struct Db {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Db {
    fn open(path: &Path) -> Result<Self, String> {
        let db = Self { path: path.to_owned(), idle: Mutex::default() };
        // SQLite opens anything; only reading tells whether it is a database.
        let check = db.with(|connection| {
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
        });
        check.map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(db)
    }

    /// Runs `work` on a connection of its own.
    fn with<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = idle.map_or_else(|| self.connect(), Ok)?;
        let outcome = work(&mut connection);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        outcome
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let mut connection =
            Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        // Without this a query could read every other database on the machine, or make a value that
        // takes all its memory.
        connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, 16 * 1024 * 1024)?;
        // Connections serve one client after another: a query reads, and changes nothing of them.
        connection.authorizer(Some(|context: AuthContext<'_>| match context.action {
            AuthAction::Select
            | AuthAction::Read { .. }
            | AuthAction::Function { .. }
            | AuthAction::Recursive => Authorization::Allow,
            AuthAction::Pragma { pragma_name, .. } if DESCRIBES.contains(&pragma_name) => {
                Authorization::Allow
            }
            _ => Authorization::Deny,
        }))?;
        Ok(connection)
    }
}

/// Pragmas that describe the schema.
const DESCRIBES: &[&str] =
    &["table_list", "table_info", "table_xinfo", "index_list", "index_info", "foreign_key_list"];

/// The rows a query gave.
#[derive(Serialize, JsonSchema)]
struct Rows {
    columns: Vec<String>,
    /// One list a row: numbers, text, null; blobs as `x'…'`
    rows: Vec<Vec<Value>>,
    /// Whether there are more rows than the limit
    truncated: bool,
}

/// Runs one SQL query and returns its rows.
///
/// The database is read-only: only statements that read are run.
#[tool(title = "Query", read_only, open_world = false)]
fn query(
    ctx: &Context,
    db: &Db,
    /// One SELECT, VALUES or EXPLAIN statement, or a PRAGMA that describes the schema
    sql: &str,
    /// How many rows at most, 1 to 1000
    #[serde(default = "hundred")]
    #[schemars(range(min = 1, max = 1000))]
    limit: usize,
) -> Result<Rows, ToolError> {
    if !(1..=1000).contains(&limit) {
        return Err(ToolError::new(
            "`limit` is 1 to 1000; for more rows use LIMIT … OFFSET … in several queries",
        ));
    }
    let rows = db.with(|connection| {
        let _interrupt = watch(ctx, connection)?;
        let rows = select(connection, sql, limit);
        connection.progress_handler(0, None::<fn() -> bool>)?;
        rows
    })?;
    ctx.log(LogLevel::Debug, format!("{} rows", rows.rows.len()));
    Ok(rows)
}

fn hundred() -> usize {
    100
}

/// Tells the client that work goes on, and SQLite when the client no longer waits for it.
fn watch(ctx: &Context, connection: &mut Connection) -> rusqlite::Result<OnCancel> {
    const STEPS: i32 = 100_000; // of SQLite's virtual machine, a few milliseconds
    let interrupt = connection.get_interrupt_handle();
    let interrupted = ctx.on_cancel(move || interrupt.interrupt());
    let ctx = ctx.clone();
    let mut done = 0.0;
    connection.progress_handler(
        STEPS,
        Some(move || {
            done += f64::from(STEPS);
            ctx.progress(done);
            ctx.is_cancelled()
        }),
    )?;
    Ok(interrupted)
}

fn select(connection: &Connection, sql: &str, limit: usize) -> rusqlite::Result<Rows> {
    let mut statement = connection.prepare(sql)?;
    if statement.column_count() == 0 {
        return Err(rusqlite::Error::InvalidQuery);
    }
    let columns: Vec<_> = statement.column_names().map(str::to_owned).collect();
    let width = columns.len();
    let mut found = statement.query([])?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        if rows.len() == limit {
            return Ok(Rows { columns, rows, truncated: true });
        }
        rows.push(
            (0..width).map(|column| row.get_ref(column).map(cell)).collect::<Result<_, _>>()?,
        );
    }
    Ok(Rows { columns, rows, truncated: false })
}

fn cell(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(integer) => integer.into(),
        ValueRef::Real(real) => real.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
        ValueRef::Blob(blob) => {
            let digits: String = blob.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("x'{digits}'").into()
        }
    }
}

/// A column of a table.
#[derive(Serialize, JsonSchema)]
struct Column {
    name: String,
    /// As declared; empty if it was not
    r#type: String,
    not_null: bool,
    /// SQL of the default value
    default: Option<String>,
    primary_key: bool,
}

/// Describes the columns of a table or view.
#[tool(title = "Describe a table", read_only, idempotent, open_world = false)]
fn describe(
    db: &Db,
    /// Name of a table or view
    table: &str,
) -> Result<Vec<Column>, ToolError> {
    let columns: Vec<Column> = db.with(|connection| {
        let mut statement = connection.prepare(
            "SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_info(?1) ORDER BY cid",
        )?;
        let columns = statement.query_map([table], |row| {
            Ok(Column {
                name: row.get(0)?,
                r#type: row.get(1)?,
                not_null: row.get(2)?,
                default: row.get(3)?,
                primary_key: row.get::<_, i64>(4)? > 0,
            })
        })?;
        columns.collect()
    })?;
    if columns.is_empty() {
        return Err(ToolError::new(format!(
            "there is no table `{table}`; schema://tables lists them"
        )));
    }
    Ok(columns)
}

/// The names of all tables and views.
#[resource("schema://tables", title = "Tables")]
fn tables(db: &Db) -> rusqlite::Result<Vec<String>> {
    db.with(|connection| {
        let sql = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name";
        connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
    })
}

/// The SQL that made a table or view.
#[resource("schema://tables/{name}", title = "Table", mime_type = "application/sql")]
fn table(db: &Db, name: &str) -> rusqlite::Result<Option<String>> {
    db.with(|connection| {
        let sql = "SELECT sql FROM sqlite_schema WHERE type IN ('table', 'view') AND name = ?1";
        connection.query_row(sql, [name], |row| row.get(0)).optional()
    })
}

/// Asks for an explanation of how SQLite runs a query.
#[prompt(title = "Explain a query")]
fn explain_query(
    db: &Db,
    /// The query
    sql: &str,
) -> rusqlite::Result<String> {
    let plan: Vec<String> = db.with(|connection| {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
        statement.query_map([], |row| row.get("detail"))?.collect()
    })?;
    let plan = plan.join("\n");
    Ok(format!(
        "Explain this SQLite query, how SQLite runs it, and which index would help if one would.\n\n\
         ```sql\n{sql}\n```\n\nIts query plan:\n\n```text\n{plan}\n```"
    ))
}
