use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::header::{HOST, HeaderValue};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use tokio::net::TcpStream;
use tokio::runtime::Builder;

/// The largest answer: what is said of spans that were not taken.
const SIZE: usize = 64 * 1024;

const PORT: u16 = 80;

/// Sends spans, each batch on a connection of its own: there is one every few seconds.
pub(super) struct Collector {
    timeout: Duration,
    /// Whether the last batch was lost: what goes on is logged once.
    is_down: AtomicBool,
}

impl Collector {
    pub(super) fn new(timeout: Duration) -> Self {
        Self { timeout, is_down: AtomicBool::new(false) }
    }

    /// Says in the log when spans begin to be lost.
    fn note(&self, why: Option<&dyn fmt::Display>) {
        let was_down = self.is_down.swap(why.is_some(), Ordering::Relaxed);
        if let Some(why) = why.filter(|_| !was_down) {
            tracing::warn!(%why, "traces are lost: the collector does not take them");
        }
    }
}

impl HttpClient for Collector {
    fn send_bytes<'a, 'b>(
        &'a self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        let answer = within(self.timeout, exchange(request));
        match &answer {
            Ok(response) if response.status().is_success() => self.note(None),
            Ok(response) => self.note(Some(&response.status())),
            Err(error) => self.note(Some(error)),
        }
        Box::pin(std::future::ready(answer))
    }
}

/// Waits for an answer. The SDK asks on a thread of its own, which is no runtime's; so this brings
/// one, and leaves nothing of it: neither a connection nor a name that is still being looked up, for
/// which the end of the server would have to wait.
fn within<T>(
    limit: Duration,
    answer: impl Future<Output = Result<T, HttpError>>,
) -> Result<T, HttpError> {
    let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
    let answer = runtime.block_on(async { tokio::time::timeout(limit, answer).await });
    runtime.shutdown_background();
    answer.unwrap_or_else(|_| Err(format!("the collector did not answer within {limit:?}").into()))
}

async fn exchange(request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    let (mut head, body) = request.into_parts();
    let host = head.uri.host().ok_or("the collector's URL names no host")?.to_owned();
    let port = head.uri.port_u16().unwrap_or(PORT);
    head.headers.insert(HOST, HeaderValue::from_str(&format!("{host}:{port}"))?);
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    head.uri = target.parse()?;
    let stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::from_parts(head, Full::new(body));
    let (head, body) = sender.send_request(request).await?.into_parts();
    let body = Limited::new(body, SIZE).collect().await?;
    Ok(Response::from_parts(head, body.to_bytes()))
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Collector")
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    /// What becomes of spans whose collector answers with this.
    fn sent(answer: String) -> Result<Response<Bytes>, String> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://user:pass@{}/v1/traces?a=b", listener.local_addr().unwrap());
        let collecting = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = [0; 4096];
            let length = stream.read(&mut asked).unwrap();
            let _ = stream.write_all(answer.as_bytes());
            let _ = stream.read(&mut [0]); // until it has hung up
            String::from_utf8_lossy(&asked[..length]).into_owned()
        });
        let request = Request::post(url).body(Bytes::new()).unwrap();
        let answer = within(Duration::from_secs(10), exchange(request));
        let answer = answer.map_err(|error| error.to_string());
        let asked = collecting.join().unwrap().to_lowercase();
        assert!(asked.starts_with("post /v1/traces?a=b http/1.1\r\n"), "{asked}");
        assert!(asked.contains("\r\nhost: 127.0.0.1:"), "{asked}");
        answer
    }

    fn answer(status: &str, length: usize) -> String {
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{}", "x".repeat(length))
    }

    #[test]
    fn an_answer_is_passed_on_up_to_its_bound() {
        let full = sent(answer("200 OK", SIZE)).unwrap();
        assert_eq!((full.status().as_u16(), full.body().len()), (200, SIZE));
        assert_eq!(sent(answer("503 Busy", 0)).unwrap().status().as_u16(), 503);
        assert!(sent(answer("200 OK", SIZE + 1)).unwrap_err().contains("limit"));
    }

    #[test]
    fn a_collector_has_a_time_to_answer_in() {
        let silent = TcpListener::bind("[::1]:0").unwrap();
        let url = format!("http://{}", silent.local_addr().unwrap());
        let request = Request::post(url).body(Bytes::new()).unwrap();
        let error = within(Duration::from_millis(20), exchange(request)).unwrap_err();
        assert!(error.to_string().contains("within 20ms"), "{error}");
    }

    #[test]
    fn a_name_that_is_still_looked_up_holds_up_nobody() {
        let (end, ended) = mpsc::channel::<()>();
        let look_up = async {
            let looking = move || ended.recv_timeout(Duration::from_secs(5));
            Ok(tokio::task::spawn_blocking(looking).await?)
        };
        assert!(within(Duration::from_millis(20), look_up).is_err());
        assert!(end.send(()).is_ok(), "the look-up was waited for");
    }
}
