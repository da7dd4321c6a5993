//! Who is let in: `Host`, `Origin`, and what a browser asks before it calls.

use super::*;

const PING: &str = r#"{"jsonrpc":"2.0","method":"notifications/initialized","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#;

/// The status, and the text of the refusal if it is one.
async fn knock(
    client: &mut Connection,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> (u16, String) {
    let headers: Vec<_> = [JSON, BOTH].iter().chain(headers).copied().collect();
    let body = if method == "POST" { PING } else { "" };
    let response = client.request(method, path, &headers, body).await;
    let text = match response.status() {
        403 => {
            let body = response.json();
            assert_eq!(body.get("id"), None);
            body["error"]["message"].as_str().unwrap().to_owned()
        }
        _ => String::new(),
    };
    (response.status(), text)
}

#[tokio::test]
async fn only_our_own_names_are_served() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    // A port may be empty (RFC 3986, 3.2.3).
    for host in ["LocalHost:1", "127.0.0.2", "localhost:", "127.0.0.1:", "[::1]:"] {
        assert_eq!(knock(&mut client, "POST", "/mcp", &[("Host", host)]).await.0, 202, "{host}");
    }
    for (host, hint) in [
        ("evil.example", "`--allow-host evil.example`"),
        ("evil.example:8000", "`--allow-host evil.example`"),
        ("localhost.evil", "`--allow-host localhost.evil`"),
        ("127.0.0.1.evil", "`--allow-host 127.0.0.1.evil`"),
        ("evil@localhost", "is no host"),
        ("localhost@evil", "is no host"),
        ("localhost:80:80", "is no host"),
        ("localhost:port", "is no host"),
        ("[::1", "is no host"),
        ("", "is no host"),
        ("192.0.2.1", "`--allow-host 192.0.2.1`"),
        ("0.0.0.0", "`--allow-host 0.0.0.0`"),
        ("[fe80::1]:80", "`--allow-host [fe80::1]`"),
    ] {
        let (status, text) = knock(&mut client, "POST", "/mcp", &[("Host", host)]).await;
        assert_eq!(status, 403, "{host}");
        assert!(text.contains(hint), "{host}: {text}");
    }
    let twice = [("Host", "localhost"), ("Host", "localhost")];
    assert_eq!(knock(&mut client, "POST", "/mcp", &twice).await.0, 403);
}

#[tokio::test]
async fn a_request_without_a_host_is_refused() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    client.send(b"GET /mcp HTTP/1.1\r\n\r\n").await;
    assert_eq!(client.response().await.status(), 403);
    let mut client = Connection::open(served.address).await;
    client.send(b"GET /mcp HTTP/1.0\r\n\r\n").await;
    assert_eq!(client.response().await.status(), 403);
}

#[tokio::test]
async fn a_target_with_a_name_of_its_own_has_to_be_ours_too() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let host = [("Host", "localhost")];
    assert_eq!(knock(&mut client, "POST", "http://evil.example/mcp", &host).await.0, 403);
    assert_eq!(knock(&mut client, "POST", "http://localhost/mcp", &host).await.0, 202);
}

#[tokio::test]
async fn pages_of_others_are_refused_whatever_they_ask_for() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    for origin in
        ["http://localhost", "https://localhost:5173", "http://127.0.0.1:1", "http://[::1]"]
    {
        assert_eq!(
            knock(&mut client, "POST", "/mcp", &[("Origin", origin)]).await.0,
            202,
            "{origin}"
        );
    }
    for (origin, hint) in [
        ("https://evil.example", "`--allow-origin https://evil.example`"),
        ("http://localhost.evil", "`--allow-origin http://localhost.evil`"),
        ("null", "'*'"),
        ("file://", "'*'"),
        ("chrome-extension://localhost", "'*'"),
        ("localhost", "'*'"),
    ] {
        for (method, path) in [
            ("POST", "/mcp"),
            ("GET", "/mcp"),
            ("DELETE", "/mcp/"),
            ("OPTIONS", "/mcp"),
            ("GET", "/elsewhere"),
        ] {
            let (status, text) = knock(&mut client, method, path, &[("Origin", origin)]).await;
            assert_eq!(status, 403, "{method} {origin}");
            assert!(text.contains(hint), "{origin}: {text}");
        }
    }
    let twice = [("Origin", "http://localhost"), ("Origin", "http://localhost")];
    assert_eq!(knock(&mut client, "POST", "/mcp", &twice).await.0, 403);
}

#[tokio::test]
async fn the_flag_a_refusal_names_lets_in() {
    let options = HttpOptions::default()
        .allow_hosts(["Mcp.example.com", "other.example:8443"])
        .allow_origins(["https://app.example.com"]);
    let served = serve(server(&Probe::default()), options);
    let mut client = Connection::open(served.address).await;
    for (headers, status) in [
        (vec![("Host", "mcp.example.com")], 202),
        (vec![("Host", "mcp.example.com:1234")], 202),
        (vec![("Host", "other.example:8443")], 202),
        (vec![("Host", "other.example")], 403),
        (vec![("Host", "sub.mcp.example.com")], 403),
        (vec![("Origin", "https://app.example.com")], 202),
        (vec![("Origin", "http://app.example.com")], 403),
        (vec![("Origin", "https://app.example.com:444")], 403),
        (vec![("Origin", "https://mcp.example.com")], 202),
        (vec![("Origin", "https://other.example:8443")], 202),
    ] {
        assert_eq!(knock(&mut client, "POST", "/mcp", &headers).await.0, status, "{headers:?}");
    }
}

#[tokio::test]
async fn the_public_name_is_ours() {
    let options = HttpOptions::default().public_url("https://Mcp.example.com/tools/mcp");
    let served = serve(server(&Probe::default()), options);
    let mut client = Connection::open(served.address).await;
    for (headers, status) in [
        (vec![("Host", "mcp.example.com")], 202),
        (vec![("Host", "mcp.example.com:443"), ("Origin", "https://mcp.example.com")], 202),
        (vec![("Host", "sub.mcp.example.com")], 403),
        (vec![("Origin", "https://example.com")], 403),
        // Whoever can send a Host can send these too.
        (vec![("Host", "evil.example"), ("X-Forwarded-Host", "mcp.example.com")], 403),
        (vec![("Host", "evil.example"), ("Forwarded", "host=mcp.example.com")], 403),
    ] {
        assert_eq!(knock(&mut client, "POST", "/mcp", &headers).await.0, status, "{headers:?}");
    }
}

#[tokio::test]
async fn a_star_lets_all_in_and_a_host_star_no_pages() {
    let options = HttpOptions::default().allow_hosts(["*"]);
    let served = serve(server(&Probe::default()), options);
    let mut client = Connection::open(served.address).await;
    let host = ("Host", "anything.example");
    assert_eq!(knock(&mut client, "POST", "/mcp", &[host]).await.0, 202);
    let origin = ("Origin", "https://anything.example");
    assert_eq!(knock(&mut client, "POST", "/mcp", &[host, origin]).await.0, 403);

    let options = HttpOptions::default().allow_origins(["*"]);
    let served = serve(server(&Probe::default()), options);
    let mut client = Connection::open(served.address).await;
    assert_eq!(knock(&mut client, "POST", "/mcp", &[origin]).await.0, 202);
    assert_eq!(knock(&mut client, "POST", "/mcp", &[("Origin", "null")]).await.0, 202);
    assert_eq!(knock(&mut client, "POST", "/mcp", &[host]).await.0, 403);
}

#[tokio::test]
async fn a_browser_is_told_what_it_may_send_and_read() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let asks = [
        ("Origin", "http://localhost:5173"),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "content-type, Mcp-Param-Region, x-other"),
    ];
    let response = client.request("OPTIONS", "/mcp", &asks, "").await;
    assert_eq!(response.status(), 204);
    assert_eq!(response.header("access-control-allow-origin"), Some("http://localhost:5173"));
    assert_eq!(response.header("vary"), Some("origin"));
    assert_eq!(response.header("access-control-allow-methods"), Some("GET, POST, DELETE, OPTIONS"));
    assert_eq!(response.header("access-control-allow-credentials"), None);
    let allowed = response.header("access-control-allow-headers").unwrap();
    for name in [
        "authorization",
        "content-type",
        "accept",
        "mcp-method",
        "mcp-name",
        "mcp-protocol-version",
        "mcp-session-id",
        "last-event-id",
        "Mcp-Param-Region",
    ] {
        assert!(allowed.split(", ").any(|allowed| allowed == name), "{name}: {allowed}");
    }
    assert!(!allowed.contains("x-other"));

    let response = client.post(&[asks[0]], &initialize("2025-06-18")).await;
    assert_eq!(response.header("access-control-allow-origin"), Some("http://localhost:5173"));
    let exposed = response.header("access-control-expose-headers").unwrap();
    assert!(exposed.contains("mcp-session-id") && exposed.contains("www-authenticate"));
    // A refusal of the endpoint can be read by its page as well.
    let response = client.post(&[asks[0]], "{").await;
    assert_eq!(response.status(), 400);
    assert!(response.header("access-control-allow-origin").is_some());
    // Who is no page is told nothing of pages.
    let response = client.post(&[], &initialize("2025-06-18")).await;
    assert_eq!(response.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn what_an_option_cannot_be_is_told_at_start() {
    for (options, flag) in [
        (
            HttpOptions::default().allow_hosts(["https://a.example"]),
            "--allow-host https://a.example",
        ),
        (HttpOptions::default().allow_origins(["a.example"]), "--allow-origin a.example"),
        (HttpOptions::default().allow_origins(["ftp://a.example"]), "--allow-origin ftp:"),
        (HttpOptions::default().path("/{id}"), "--path /{id}"),
        (HttpOptions::default().path("/a//b"), "--path /a//b"),
        (HttpOptions::default().path("/sse").with_sse(true), "--path /sse"),
        (HttpOptions::default().path("messages").with_sse(true), "--path /messages"),
        (HttpOptions::default().path("/readyz"), "--path /readyz"),
        (HttpOptions::default().path("/metrics").ops_port(0), "--path /metrics"),
        (HttpOptions::default().public_url("https://me@a.example"), "--public-url https://me@"),
        (HttpOptions::default().public_url("https://a.example/mcp?x"), "--public-url https://a"),
        (HttpOptions::default().trust_proxies(["localhost"]), "--trust-proxy localhost"),
        (HttpOptions::default().tls("c.pem", "k.pem"), "a router opens no connections"),
    ] {
        let error = server(&Probe::default())().into_router_with(options).await.unwrap_err();
        assert!(error.to_string().starts_with(flag), "{error}");
        assert_eq!(error.to_string().lines().count(), 1);
    }
}

#[tokio::test]
async fn a_port_for_operators_that_is_taken_is_told_at_start() {
    let bind = || std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = bind();
    let address = taken.local_addr().unwrap();
    let options = HttpOptions::default().ops_port(address.port());
    let error = server(&Probe::default())().serve_http_on(bind(), options).await.unwrap_err();
    assert!(error.to_string().starts_with(&format!("cannot listen on {address}")), "{error}");
}
