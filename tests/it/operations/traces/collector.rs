//! A collector that keeps what it is sent.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

use crate::process::PATIENCE;

pub(super) struct Collector {
    pub(super) address: SocketAddr,
    got: Arc<Got>,
}

#[derive(Default)]
struct Got {
    /// The head and the spans of each request.
    requests: Mutex<Vec<(String, ExportTraceServiceRequest)>>,
    more: Condvar,
}

impl Collector {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let got = Arc::<Got>::default();
        let keeping = got.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                keeping.requests.lock().unwrap().push(take(stream.unwrap()));
                keeping.more.notify_all();
            }
        });
        Self { address, got }
    }

    /// For the environment of a server.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn heads(&self) -> Vec<String> {
        self.got.requests.lock().unwrap().iter().map(|(head, _)| head.clone()).collect()
    }

    /// What the spans are of.
    pub(super) fn resource(&self) -> Vec<(String, String)> {
        let requests = self.got.requests.lock().unwrap();
        let resource = requests[0].1.resource_spans[0].resource.as_ref().unwrap();
        texts(&resource.attributes)
    }

    pub(super) fn spans(&self) -> Vec<Span> {
        let requests = self.got.requests.lock().unwrap();
        let resources = requests.iter().flat_map(|(_, request)| &request.resource_spans);
        let scopes = resources.flat_map(|resource| &resource.scope_spans);
        scopes.flat_map(|scope| scope.spans.clone()).collect()
    }

    /// Waits for a span, while the server runs.
    pub(super) fn waits_for_requests(&self) {
        let requests = self.got.requests.lock().unwrap();
        let none = |requests: &mut Vec<_>| requests.is_empty();
        let (_requests, waited) =
            self.got.more.wait_timeout_while(requests, PATIENCE, none).unwrap();
        assert!(!waited.timed_out(), "nothing has come");
    }
}

fn take(stream: TcpStream) -> (String, ExportTraceServiceRequest) {
    let mut stream = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(stream.read_line(&mut head).unwrap(), 0, "{head}");
    }
    let head = head.to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    stream.get_mut().write_all(answer).unwrap();
    (head, ExportTraceServiceRequest::decode(&*body).unwrap())
}

/// Attributes by key, sorted.
pub(super) fn texts(attributes: &[KeyValue]) -> Vec<(String, String)> {
    let text = |value: &Option<AnyValue>| match value.as_ref().and_then(|any| any.value.clone()) {
        Some(Value::StringValue(text)) => text,
        other => panic!("no text: {other:?}"),
    };
    let mut texts: Vec<_> =
        attributes.iter().map(|other| (other.key.clone(), text(&other.value))).collect();
    texts.sort();
    texts
}
