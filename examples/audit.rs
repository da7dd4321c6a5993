//! An audit around every call: what was called, how long it took, how it went.

use std::pin::Pin;
use std::process::ExitCode;
use std::task::{Context, Poll};
use std::time::Instant;

use mcp_runtime::layer::{CallReply, CallRequest, Service, layer_fn};
use mcp_runtime::tool;

/// Divides a number by another.
#[tool]
fn divide(dividend: i64, divisor: i64) -> Result<i64, &'static str> {
    dividend.checked_div(divisor).ok_or("nothing can be divided by that")
}

/// Writes a line for each call.
#[derive(Clone)]
struct Audit<S>(S);

impl<S> Service<CallRequest> for Audit<S>
where
    S: Service<CallRequest, Response = CallReply>,
    S::Future: Send + 'static,
{
    type Response = CallReply;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<CallReply, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, call: CallRequest) -> Self::Future {
        let (started, what) = (Instant::now(), format!("{} {}", call.method(), call.name()));
        let answer = self.0.call(call);
        Box::pin(async move {
            let reply = answer.await?;
            eprintln!("{what}: {:?} after {:?}", reply.outcome(), started.elapsed());
            Ok(reply)
        })
    }
}

fn main() -> ExitCode {
    mcp_runtime::server!().layer(layer_fn(Audit)).run()
}
