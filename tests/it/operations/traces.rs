//! What a collector gets to know of requests, and what it does not.

mod collector;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use serde_json::{Value, json};

use self::collector::{Collector, texts};
use crate::http::call;
use crate::process::Process;
use crate::raw::Connection;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const STEP: &str = "00f067aa0ba902b7";
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// An argument, and a part of a URI.
const SECRET: &str = "hunter2";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn traced() -> Value {
    json!({
        "traceparent": format!("00-{TRACE}-{STEP}-01"), "tracestate": "rojo=1", "baggage": "user=ada",
    })
}

/// What a tool says that was asked for a list.
fn list(reply: &Value) -> Vec<String> {
    serde_json::from_str(reply["result"]["content"][0]["text"].as_str().unwrap()).unwrap()
}

/// What is recorded of the id of a request: as much as there may be.
fn recorded(id: usize) -> String {
    format!("{:-<80}", format!("r{id}"))
}

/// The replies to these requests, and what is on stderr at the end.
fn talk(
    arguments: &[&str],
    variables: &[(&str, &str)],
    requests: &[(&str, Value)],
) -> (Vec<Value>, Vec<String>) {
    let arguments = [&["--transport", "stdio"], arguments].concat();
    let mut process = Process::start_with(&arguments, variables);
    let (mut stdin, stdout) = process.ends();
    let opening = json!({ "protocolVersion": "2025-06-18", "capabilities": {} });
    let opening = [("initialize", opening)];
    for (id, (method, params)) in opening.iter().chain(requests).enumerate() {
        let id = format!("{}-more", recorded(id));
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        writeln!(stdin, "{request}").unwrap();
    }
    drop(stdin);
    let mut replies: Vec<Value> = BufReader::new(stdout)
        .lines()
        .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
        .collect();
    replies.sort_by_key(|reply| reply["id"].as_str().unwrap().to_owned());
    let (status, lines) = process.printed();
    assert!(status.success(), "{lines:?}");
    (replies, lines)
}

fn called<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let names: Vec<_> = spans.iter().map(|span| &span.name).collect();
    spans.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("no {name} in {names:?}"))
}

fn attributes(span: &Span) -> Value {
    texts(&span.attributes).into_iter().map(|(key, text)| (key, Value::from(text))).collect()
}

#[test]
fn what_was_asked_over_stdio_is_sent_before_the_end() {
    let collector = Collector::start();
    let mut parent = call("parent", json!({}));
    parent["_meta"] = traced();
    let (replies, _) = talk(
        &["--otel"],
        &[(ENDPOINT, &collector.url()), ("OTEL_EXPORTER_OTLP_HEADERS", "x-key=k")],
        &[
            ("tools/call", parent),
            ("tools/call", call("fail", json!({}))),
            ("tools/call", call("made-up", json!({ "x": SECRET }))),
            ("prompts/get", call("greeting", json!({ "name": SECRET }))),
            ("resources/read", json!({ "uri": format!("file:///{SECRET}") })),
        ],
    );
    let heads = collector.heads();
    assert!(heads.iter().all(|head| head.starts_with("post /v1/traces http/1.1\r\n")), "{heads:?}");
    assert!(heads.iter().all(|head| head.contains("\r\nx-key: k\r\n")), "{heads:?}");
    assert!(collector.resource().iter().any(|(key, _)| key == "service.version"));
    let spans = collector.spans();
    assert_eq!(spans.len(), 6);
    assert!(spans.iter().all(|span| span.kind == SpanKind::Server as i32));
    assert!(spans.iter().all(|span| span.end_time_unix_nano >= span.start_time_unix_nano));
    assert!(!format!("{spans:?}").contains(SECRET), "{spans:?}");

    let span = called(&spans, "tools/call parent");
    assert_eq!((hex(&span.trace_id), hex(&span.parent_span_id)), (TRACE.into(), STEP.into()));
    assert_eq!(span.trace_state, "rojo=1");
    let own = format!("00-{TRACE}-{}-01", hex(&span.span_id));
    assert_eq!(list(&replies[1]), [&own, "rojo=1", "user=ada"], "what is asked for hangs below us");
    let wanted = json!({
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "parent",
        "jsonrpc.request.id": recorded(1),
        "mcp.method.name": "tools/call",
        "mcp.protocol.version": "2025-06-18",
        "mcp_runtime.outcome": "ok",
        "network.transport": "pipe",
    });
    assert_eq!(attributes(span), wanted);
    let status = |span: &Span| span.status.as_ref().map_or(0, |status| status.code);
    assert_eq!(status(span), StatusCode::Unset as i32);

    let failed = called(&spans, "tools/call fail");
    assert!(failed.parent_span_id.is_empty() && hex(&failed.trace_id) != TRACE);
    assert_eq!(attributes(failed)["error.type"], "tool_error");
    assert_eq!(status(failed), StatusCode::Error as i32);

    let unknown = called(&spans, "tools/call"); // what a client makes up names no span
    assert_eq!(attributes(unknown)["error.type"], "-32602");
    assert_eq!(attributes(unknown)["rpc.response.status_code"], "-32602");
    assert_eq!(status(unknown), StatusCode::Error as i32);

    assert_eq!(
        attributes(called(&spans, "prompts/get greeting"))["gen_ai.prompt.name"],
        "greeting"
    );
    let read = attributes(called(&spans, "resources/read"));
    assert!(read.get("gen_ai.operation.name").is_none(), "{read}");
    let opened = attributes(called(&spans, "initialize"));
    assert_eq!(opened["mcp.protocol.version"], "2025-06-18", "as it was agreed");
}

#[tokio::test]
async fn what_was_asked_over_http_is_sent_while_the_server_runs() {
    let collector = Collector::start();
    let variables = [
        (ENDPOINT, &*collector.url()),
        ("OTEL_BSP_SCHEDULE_DELAY", "10"),
        ("OTEL_SERVICE_NAME", "notes"),
        ("MCP_OTEL", "true"),
    ];
    let arguments = ["-t", "http", "--port", "0", "--metrics"];
    let process = Process::start_with(&arguments, &variables);
    let mut connection = Connection::open(process.address()).await;
    let session = connection.initialize("2025-11-25").await;
    collector.waits_for_requests();
    let resource = collector.resource();
    assert!(resource.contains(&("service.name".into(), "notes".into())), "{resource:?}");
    assert_eq!(collector.spans()[0].name, "initialize");

    let mut params = call("parent", json!({}));
    params["_meta"] = traced();
    let body = json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params });
    let reply = connection.post(&[("Mcp-Session-Id", &session)], &body.to_string()).await;
    let said = list(&reply.json());
    let mut stateless = Connection::open(process.address()).await;
    let bare = list(&stateless.call("parent", json!({})).await.json());
    crate::raw::until(|| collector.spans().len() == 3).await;
    let spans = collector.spans();
    let own = |span: &Span| format!("00-{}-{}-01", hex(&span.trace_id), hex(&span.span_id));
    let (in_session, alone) = match own(&spans[1]) == said[0] {
        true => (&spans[1], &spans[2]),
        false => (&spans[2], &spans[1]),
    };
    assert_eq!((own(in_session), hex(&in_session.parent_span_id)), (said[0].clone(), STEP.into()));
    let wanted = json!({
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "parent",
        "jsonrpc.request.id": "7",
        "mcp.method.name": "tools/call",
        "mcp.protocol.version": "2025-11-25",
        "mcp.session.id": session,
        "mcp_runtime.outcome": "ok",
        "network.protocol.name": "http",
        "network.transport": "tcp",
    });
    assert_eq!(attributes(in_session), wanted);
    assert_eq!(bare, [&own(alone), "", ""], "a trace begins here");
    assert_eq!(attributes(alone)["mcp.protocol.version"], "2026-07-28");

    let (_, page) = super::health::get(process.address(), "/metrics");
    assert!(page.contains(r#"name="parent",outcome="ok"} 2"#), "both are told: {page}");
}

#[test]
fn nothing_is_sent_unless_it_is_asked_for() {
    let collector = Collector::start();
    let url = collector.url();
    let mut parent = call("parent", json!({}));
    parent["_meta"] = traced();
    let disabled: &[(&str, &str)] = &[(ENDPOINT, &url), ("OTEL_SDK_DISABLED", "true")];
    for (arguments, variables) in [(&[][..], &disabled[..1]), (&["--otel"][..], disabled)] {
        let (replies, _) = talk(arguments, variables, &[("tools/call", parent.clone())]);
        assert_eq!(list(&replies[1])[0], format!("00-{TRACE}-{STEP}-01"), "as the client says");
    }
    assert!(collector.heads().is_empty());
}

#[test]
fn what_is_not_sampled_is_passed_on_and_not_sent() {
    let collector = Collector::start();
    let mut parent = call("parent", json!({}));
    parent["_meta"] = json!({ "traceparent": format!("00-{TRACE}-{STEP}-00") });
    let variables = [(ENDPOINT, &*collector.url())];
    let (replies, _) = talk(&["--otel"], &variables, &[("tools/call", parent)]);
    let said = &list(&replies[1])[0];
    assert!(said.starts_with(&format!("00-{TRACE}-")) && said.ends_with("-00"), "{said}");
    let names: BTreeSet<_> = collector.spans().into_iter().map(|span| span.name).collect();
    assert_eq!(names, BTreeSet::from(["initialize".to_owned()]));
}

#[test]
fn a_collector_that_is_not_there_keeps_nobody_waiting() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let variables = [(ENDPOINT, &*format!("http://{nobody}"))];
    let requests = [("tools/call", call("parent", json!({})))];
    let (replies, lines) = talk(&["--otel"], &variables, &requests);
    assert_eq!(replies.len(), 2);
    let said = lines.iter().filter(|line| line.contains("traces are lost: the collector")).count();
    assert_eq!(said, 1, "{lines:?}");
}

#[test]
fn a_collector_that_says_nothing_is_left_at_the_end() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let variables = [(ENDPOINT, &*format!("http://{}", silent.local_addr().unwrap()))];
    let started = Instant::now();
    let (replies, lines) = talk(&["--otel"], &variables, &[]);
    assert_eq!(replies.len(), 1);
    assert!(
        lines.iter().any(|line| line.contains("not all were sent before the end")),
        "{lines:?}"
    );
    assert!(started.elapsed() < Duration::from_secs(8), "the collector has 10 seconds");
}

#[test]
fn the_guide_has_every_attribute() {
    let page = include_str!("../../../mcp-runtime/docs/operations.md");
    let source = include_str!("../../../mcp-runtime/src/transport/otel/span.rs");
    let keys: BTreeSet<_> = source
        .split('"')
        .filter(|text| text.contains(['.', '_']) && !text.contains([' ', '/', '\n', '{']))
        .filter(|text| !["execute_tool", "service.version"].contains(text))
        .collect();
    assert!(keys.len() >= 12, "{keys:?}");
    for key in keys {
        assert!(page.contains(&format!("`{key}`")), "{key}");
    }
}

#[test]
fn what_cannot_be_done_is_an_error_at_the_start() {
    for (variable, value, wanted) in [
        (ENDPOINT, "https://user:hunter2@collector.example", "over http://"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "collector:4318", "is no URL"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "http/protobuf"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s", "milliseconds"),
    ] {
        let mut process = Process::start_with(&["--otel"], &[(variable, value)]);
        let (status, lines) = process.printed();
        let said = lines.join("\n");
        assert!(!status.success() && said.contains(wanted), "{said}");
        assert!(said.contains("OTEL_EXPORTER_OTLP_") && !said.contains(SECRET), "{said}");
    }
}
