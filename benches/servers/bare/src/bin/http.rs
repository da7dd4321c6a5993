//! A bare axum handler.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{Response, StatusCode};
use axum::routing::post;
use axum::serve::ListenerExt;
use bare::{Lists, Replied};
use tokio::net::TcpListener;

async fn answer(State(lists): State<Arc<Lists>>, message: Bytes) -> Response<Body> {
    let mut reply = Vec::new();
    let response = match lists.answer(&message, &mut reply) {
        Replied::Nothing => return status(StatusCode::ACCEPTED),
        Replied::Initialized => {
            Response::builder().header("mcp-session-id", "0123456789abcdef0123456789abcdef")
        }
        Replied::Other => Response::builder(),
    };
    response.header("content-type", "application/json").body(reply.into()).expect("a response")
}

fn status(status: StatusCode) -> Response<Body> {
    Response::builder().status(status).body(Body::empty()).expect("a response")
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        println!("{}", listener.local_addr().expect("an address").port());
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).expect("a TCP socket"));
        let limit = DefaultBodyLimit::max(8 << 20);
        let routes = Router::new()
            .route("/mcp", post(answer))
            .layer(limit)
            .with_state(Arc::new(Lists::load()));
        axum::serve(listener, routes).await.expect("it serves for ever");
    });
}
