//! Streams that break, and clients that come back for the rest (2025-11-25 streamable-http,
//! "Resumability and redelivery").

use std::cell::Cell;

use tokio::task::{JoinSet, LocalSet};

use super::*;
use crate::raw::{Event, events};

const PRIMED: &str = "2025-11-25";

/// A client of a session, which may have several connections.
struct Client<'a> {
    served: &'a Served,
    session: String,
    revision: &'static str,
    calls: Cell<i64>,
}

impl<'a> Client<'a> {
    async fn open(served: &'a Served, revision: &'static str) -> Self {
        let mut connection = Connection::open(served.address).await;
        let session = connection.initialize(revision).await;
        Self { served, session, revision, calls: Cell::new(0) }
    }

    fn headers(&self) -> [(&str, &str); 2] {
        [("Mcp-Session-Id", &self.session), ("MCP-Protocol-Version", self.revision)]
    }

    /// Calls a tool on a connection of its own, whose response has begun when this returns.
    async fn call(&self, name: &str, arguments: Value) -> Connection {
        let mut connection = Connection::open(self.served.address).await;
        let mut params = call(name, arguments);
        params["_meta"] = json!({ "progressToken": "t" });
        self.calls.set(self.calls.get() + 1);
        let request = request(self.calls.get(), "tools/call", params);
        connection.ask_post(&self.headers(), &request).await;
        connection
    }

    /// Comes back to a stream, or opens the one for messages of no request.
    async fn get(&self, last_event: Option<&str>) -> Connection {
        let mut connection = Connection::open(self.served.address).await;
        let last_event = last_event.map(|id| ("Last-Event-ID", id));
        let headers: Vec<_> = [("Accept", "text/event-stream")]
            .into_iter()
            .chain(self.headers())
            .chain(last_event)
            .collect();
        connection.ask("GET", "/mcp", &headers, "").await;
        connection
    }
}

/// Reads events until there are `count`.
async fn read(connection: &mut Connection, count: usize) -> Vec<Event> {
    assert_eq!(connection.head().await.status, 200);
    let mut text = String::new();
    while events(&text).len() < count {
        let chunk = connection.chunk().await.expect("the stream ends too early");
        text.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    events(&text)
}

fn progress(events: &[Event]) -> Vec<u64> {
    let messages =
        events.iter().filter_map(|event| serde_json::from_str::<Value>(&event.data).ok());
    messages
        .filter_map(|message| message["params"]["progress"].as_f64())
        .map(|at| at as u64)
        .collect()
}

#[tokio::test]
async fn a_stream_begins_with_an_event_by_which_a_client_can_come_back() {
    let served = served();
    let client = Client::open(&served, PRIMED).await;
    let response = client.call("recite", lines(2)).await.response().await;
    assert!(response.body.starts_with("id: 1/0\nretry: 500\ndata:\n\n"), "{}", response.body);
    let ids: Vec<_> = events(&response.body).into_iter().map(|event| event.id).collect();
    assert_eq!(ids, ["1/0", "1/1", "1/2", "1/3", "1/4", "1/5"]);
    let response = client.call("recite", lines(1)).await.response().await;
    assert_eq!(events(&response.body)[1].id, "2/1", "no two streams of a session share an id");
}

#[tokio::test]
async fn an_older_client_gets_no_event_without_a_message() {
    let served = served();
    for revision in ["2025-03-26", "2025-06-18"] {
        let client = Client::open(&served, revision).await;
        let response = client.call("recite", lines(1)).await.response().await;
        let ids: Vec<_> = events(&response.body).into_iter().map(|event| event.id).collect();
        assert_eq!(ids, ["1/1", "1/2", "1/3"]);
        let response = client.call("depart", json!({ "ms": 1 })).await.response().await;
        assert_eq!(response.json()["id"], 2, "its connection is not let go");
    }
}

fn lines(lines: u32) -> Value {
    json!({ "lines": lines, "size": 1, "pause": 5 })
}

#[tokio::test]
async fn a_call_lets_its_connection_go_and_its_client_comes_back() {
    let served = served();
    let client = Client::open(&served, PRIMED).await;
    let mut standalone = client.get(None).await;
    let primed = read(&mut standalone, 1).await;
    assert_eq!(primed[0].id, "0/0");

    let response = client.call("depart", json!({ "ms": 50 })).await.response().await;
    let primed = events(&response.body);
    assert_eq!((primed.len(), &*primed[0].data), (1, ""), "{}", response.body);

    // Before the end of the call, and twice behind it.
    for _ in 0..3 {
        let rest = client.get(Some(&primed[0].id)).await.response().await;
        let [reply] = &rest.messages()[..] else { panic!("{rest:?}") };
        assert_eq!(reply["id"], 1);
        assert_eq!(reply["result"]["content"][0]["text"], "arrived");
    }
    assert!(client.get(Some("1/1")).await.response().await.body.is_empty(), "all was read");
}

#[tokio::test]
async fn what_a_broken_connection_has_missed_comes_in_order_and_once() {
    let probe = Probe::default();
    let served = serve(server(&probe), HttpOptions::default());
    let client = Client::open(&served, PRIMED).await;
    let mut connection = client.call("recite", lines(20)).await;
    let seen = read(&mut connection, 4).await;
    drop(connection);
    until(|| probe.finished() == 1).await; // a client that hangs up has not cancelled

    let last = &seen[3].id;
    let rest = client.get(Some(last)).await.response().await;
    let rest = events(&rest.body);
    let numbers: Vec<_> = seen[..4].iter().chain(&rest).map(|event| event.id.clone()).collect();
    let expected: Vec<_> = (0..=41).map(|number| format!("1/{number}")).collect();
    assert_eq!(numbers, expected);
    let mut heard = progress(&seen[..4]);
    heard.extend(progress(&rest));
    assert_eq!(heard, (1..=20).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_last_to_come_reads() {
    let served = served();
    let client = Client::open(&served, PRIMED).await;
    let mut first = client.get(None).await;
    read(&mut first, 1).await;
    let mut second = client.get(Some("0/0")).await;
    assert_eq!(second.head().await.status, 200);
    assert_eq!(first.chunk().await, None);
}

#[tokio::test]
async fn an_event_of_another_session_or_of_none_is_refused() {
    let served = served();
    let client = Client::open(&served, PRIMED).await;
    client.call("recite", lines(1)).await.response().await;
    let other = Client::open(&served, PRIMED).await;
    for id in ["1/0", "0/1", "7/0", "", "1", "1/x", "-1/0", "99999999999/0"] {
        assert_eq!(other.get(Some(id)).await.response().await.status(), 400, "{id}");
    }
    assert_eq!(client.get(Some("1/9")).await.response().await.status(), 400, "not yet sent");
}

#[tokio::test]
async fn a_client_that_never_comes_back_costs_no_more_than_its_share() {
    let probe = Probe::default();
    let served = serve(server(&probe), HttpOptions::default());
    let client = Client::open(&served, PRIMED).await;
    for _ in 0..40 {
        client.call("depart", json!({ "ms": 2 })).await.response().await;
    }
    until(|| probe.finished() == 40).await;
    assert_eq!(
        client.get(Some("8/0")).await.response().await.status(),
        400,
        "the oldest made room"
    );
    assert_eq!(client.get(Some("9/0")).await.response().await.messages().len(), 1);
}

/// Lets its connection go again and again, and still does behind its reply.
#[tool]
async fn depart_often(ctx: &Context) -> &'static str {
    let late = ctx.clone();
    tokio::spawn(async move {
        for _ in 0..50 {
            late.close_stream();
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    ctx.close_stream();
    ctx.close_stream();
    tokio::time::sleep(Duration::from_millis(10)).await;
    "arrived"
}

#[tokio::test]
async fn letting_go_again_and_too_late_loses_no_reply() {
    let server = || Server::new("test", "1").with(tools![depart_often, add]);
    let served = serve(server, HttpOptions::default());
    for revision in ["2025-03-26", "2025-06-18", PRIMED] {
        let client = Client::open(&served, revision).await;
        let mut response = client.call("depart_often", json!({})).await.response().await;
        if revision != PRIMED {
            assert_eq!(response.json()["result"]["content"][0]["text"], "arrived");
            continue;
        }
        let mut last = "1/0".to_owned();
        while response.messages().is_empty() {
            response = client.get(Some(&last)).await.response().await;
            last = events(&response.body).last().map_or(last, |event| event.id.clone());
        }
        assert_eq!(response.messages()[0]["result"]["content"][0]["text"], "arrived");
    }
    // Where there is no session, and where there is no HTTP.
    let mut alone = Connection::open(served.address).await;
    let response = alone.call("depart_often", json!({})).await;
    assert_eq!(response.json()["result"]["content"][0]["text"], "arrived");
    for revision in mcp_runtime::Revision::ALL {
        let client = mcp_runtime::testing::connect_at(server(), revision).await.unwrap();
        for _ in 0..3 {
            assert_eq!(client.call("depart_often", ()).await.unwrap().text(), "arrived");
        }
    }
}

#[tokio::test]
async fn no_text_of_an_event_breaks_anything() {
    let served = served();
    let client = Client::open(&served, PRIMED).await;
    client.call("recite", lines(1)).await.response().await;
    let long = "9".repeat(4_000);
    for id in [
        "/",
        "//",
        "1/",
        "/1",
        "1/0/0",
        "1//0",
        " ",
        "1 /0",
        "1/0x",
        "4294967296/0",
        "0/-1",
        "1/18446744073709551616",
        "0/18446744073709551615",
        "1/1.0",
        "\u{e9}/0",
        "\t",
        &long,
    ] {
        assert_eq!(client.get(Some(id)).await.response().await.status(), 400, "{id:?}");
    }
    let response = client.get(Some("1/1")).await.response().await;
    assert_eq!(events(&response.body).len(), 2);
}

/// Several clients at once, each of which breaks off and comes back at other points.
#[tokio::test]
async fn whoever_breaks_off_again_and_again_hears_its_own_call_once_and_in_order() {
    const LINES: usize = 50;

    let served = Arc::new(served());
    let mut clients = JoinSet::new();
    let local = LocalSet::new();
    for number in 1..=8 {
        let served = served.clone();
        let client = async move {
            let client = Client::open(&served, PRIMED).await;
            let arguments = json!({ "lines": LINES, "size": number, "pause": 1 });
            let mut connection = client.call("recite", arguments).await;
            let mut heard = read(&mut connection, 1).await;
            while heard.len() < 2 * LINES + 2 {
                drop(connection);
                let last = heard.last().map(|event| event.id.clone());
                connection = client.get(last.as_deref()).await;
                let more = 1 + heard.len() % (number + 2);
                heard.extend(read(&mut connection, more.min(2 * LINES + 2 - heard.len())).await);
            }
            let ids: Vec<_> = heard.iter().map(|event| event.id.clone()).collect();
            let all = (0..2 * LINES + 2).map(|event| format!("1/{event}"));
            assert_eq!(ids, all.collect::<Vec<_>>());
            assert_eq!(progress(&heard), (1..=LINES as u64).collect::<Vec<_>>());
            let of = |size: usize| format!(" {}\"", "x".repeat(size));
            let own = heard.iter().filter(|event| event.data.contains(&of(number)));
            let logs = heard.iter().filter(|event| event.data.contains("notifications/message"));
            assert_eq!((own.count(), logs.count()), (LINES, LINES));
        };
        clients.spawn_local_on(client, &local);
    }
    local.run_until(clients.join_all()).await;
}
