//! Behind nginx: as the documentation says, and as nginx is when nothing is said.
//!
//! `cargo xtask test --only proxy` finds or fetches nginx and runs these.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command};
use std::time::Duration;

use mcp_runtime::HttpOptions;
use serde_json::json;
use tokio::net::TcpStream;
use tokio_rustls::rustls::version::TLS13;

use crate::http::{Probe, V26, call, initialize, meta, request, server, stateless};
use crate::raw::{Connection, events, patient, until};
use crate::served::{Served, serve};
use crate::sse;
use crate::tls::Pair;

const DEPLOY: &str = include_str!("../../mcp-runtime/docs/deploy.md");

/// A proxy, for as long as the value lives.
struct Nginx {
    child: Child,
    address: SocketAddr,
    folder: tempfile::TempDir,
}

impl Nginx {
    /// Runs nginx with servers at `LISTEN`.
    async fn start(servers: &str) -> Self {
        let program = std::env::var("MCP_TEST_NGINX").expect("run `cargo xtask test --only proxy`");
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().display();
        let parts = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let scratch: String =
            parts.iter().map(|part| format!("{part}_temp_path {here}/{part};\n")).collect();
        let servers = servers.replace("LISTEN", &address.to_string());
        let text = format!(
            "daemon off;\nmaster_process off;\npid {here}/pid;\nerror_log stderr;\nevents {{}}\n\
             http {{\naccess_log off;\n{scratch}{servers}\n}}\n"
        );
        let config = folder.path().join("nginx.conf");
        fs::write(&config, text).unwrap();
        let child = Command::new(program)
            .args(["-e", "stderr", "-p"])
            .arg(folder.path())
            .arg("-c")
            .arg(config)
            .spawn()
            .unwrap();
        let mut nginx = Self { child, address, folder };
        patient(async {
            while TcpStream::connect(address).await.is_err() {
                assert_eq!(nginx.child.try_wait().unwrap(), None, "{:?}", nginx.folder);
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
        nginx
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The configuration of the documentation, for this server and with this certificate.
fn documented(served: &Served, pair: &Pair) -> String {
    let (_, text) = DEPLOY.split_once("```nginx\n").unwrap();
    let (text, _) = text.split_once("```").unwrap();
    let mut text = text.to_owned();
    for (said, meant) in [
        ("127.0.0.1:8000", served.address.to_string()),
        ("listen 443 ssl", "listen LISTEN ssl".to_owned()),
        ("/etc/ssl/example.pem", pair.certificate().display().to_string()),
        ("/etc/ssl/example.key", pair.key().display().to_string()),
    ] {
        assert_eq!(text.matches(said).count(), 1, "{said}");
        text = text.replace(said, &meant);
    }
    text
}

/// A server as the documentation starts it.
fn behind(probe: &Probe) -> Served {
    let options = HttpOptions::default()
        .public_url("https://example.com/tools/mcp")
        .trust_proxies(["127.0.0.1"])
        .with_sse(true);
    serve(server(probe), options)
}

/// What clients do, over connections that `open` makes; paths begin with `prefix`.
async fn all_is_served(probe: &Probe, prefix: &str, open: impl AsyncFn() -> Connection) {
    // Each request for itself, on one connection.
    let mut client = open().await;
    for _ in 0..20 {
        let response = client.call("add", json!({ "a": 2, "b": 3 })).await;
        assert_eq!(response.json()["result"]["structuredContent"]["result"], 5, "{response:?}");
    }

    // What a function says arrives while it runs; who hangs up cancels it.
    let mut params = call("recite", json!({ "lines": 2, "size": 1, "pause": 600_000 }));
    params["_meta"] = meta(V26);
    params["_meta"]["progressToken"] = json!("p");
    let headers =
        [("MCP-Protocol-Version", V26), ("Mcp-Method", "tools/call"), ("Mcp-Name", "recite")];
    client.ask_post(&headers, &stateless(1, "tools/call", params)).await;
    assert_eq!(client.head().await.status, 200);
    let first = String::from_utf8(client.chunk().await.unwrap()).unwrap();
    assert!(events(&first)[0].data.contains("notifications/progress"), "{first}");
    let dropped = probe.dropped();
    drop(client);
    until(|| probe.dropped() == dropped + 1).await;

    // A session, its stream, its end.
    let mut client = open().await;
    let session = client.initialize("2025-06-18").await;
    let named = [("Mcp-Session-Id", &*session)];
    let remark = request(1, "tools/call", call("remark", json!({})));
    assert_eq!(client.post(&named, &remark).await.messages().len(), 2);
    let mut stream = open().await;
    let events_of = [named[0], ("Accept", "text/event-stream")];
    stream.ask("GET", stream.endpoint, &events_of, "").await;
    assert_eq!(stream.head().await.status, 200);
    let ended = client.request("DELETE", client.endpoint, &named, "").await;
    assert!(matches!(ended.status(), 200 | 204), "{ended:?}");

    // HTTP+SSE, whose first event says where to post to.
    let connections = (open().await, open().await);
    let (mut client, _) = sse::Client::over(connections, &format!("{prefix}/sse")).await;
    let messages = format!("{prefix}/messages?session=");
    assert!(client.messages.starts_with(&messages), "{}", client.messages);
    assert_eq!(client.ask(&initialize("2024-11-05")).await["id"], 0);
    let sum = client.ask(&request(1, "tools/call", call("add", json!({ "a": 2, "b": 3 })))).await;
    assert_eq!(sum["result"]["content"][0]["text"], "5");
}

#[tokio::test]
#[ignore = "needs nginx: cargo xtask test --only proxy"]
async fn the_documented_configuration_serves_all() {
    let (probe, pair) = (Probe::default(), Pair::new());
    let served = behind(&probe);
    let nginx = Nginx::start(&documented(&served, &pair)).await;
    all_is_served(&probe, "/tools", async || {
        let stream = pair.client(&[&TLS13], "http/1.1").open(nginx.address).await;
        let mut connection = Connection::over(stream, "example.com");
        connection.endpoint = "/tools/mcp";
        connection
    })
    .await;
}

/// HTTP/1.0, a connection for each request, and the `Host` of the upstream.
#[tokio::test]
#[ignore = "needs nginx: cargo xtask test --only proxy"]
async fn nginx_as_it_is_serves_all() {
    let probe = Probe::default();
    let served = serve(server(&probe), HttpOptions::default().with_sse(true));
    let backend = served.address;
    let nginx = Nginx::start(&format!(
        "server {{ listen LISTEN; location / {{ proxy_pass http://{backend}; }} }}"
    ))
    .await;
    all_is_served(&probe, "", async || {
        Connection::over(TcpStream::connect(nginx.address).await.unwrap(), "example.com")
    })
    .await;
}

#[tokio::test]
#[ignore = "needs nginx: cargo xtask test --only proxy"]
async fn a_name_that_only_the_proxy_knows_is_refused_with_its_remedy() {
    let pair = Pair::new();
    let served = behind(&Probe::default());
    let text = documented(&served, &pair).replace("proxy_set_header Host $host;", "");
    let nginx = Nginx::start(&text).await;
    let stream = pair.client(&[&TLS13], "http/1.1").open(nginx.address).await;
    let mut client = Connection::over(stream, "example.com");
    client.endpoint = "/tools/mcp";
    let response = client.call("add", json!({ "a": 2, "b": 3 })).await;
    assert_eq!(response.status(), 403);
    assert!(response.body.contains("--allow-host mcp"), "{response:?}");
}
