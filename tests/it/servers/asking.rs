//! A server that asks its client, over the transport and with the key that flags say.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};

use mcp_runtime::{AskError, Context, Elicited, Server, tool, tools};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Name {
    name: String,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Consent {
    agreed: bool,
}

#[derive(Default)]
struct Charges(AtomicU32);

/// Signs somebody up, for a fee: asks, charges, and asks again. The receipt says which process
/// charged, and how often it had.
#[tool]
async fn sign_up(ctx: &Context, charges: &Charges, fee: u32) -> Result<String, AskError> {
    let Elicited::Accepted(Name { name }) = ctx.elicit("Who are you?").await? else {
        return Ok("nobody".to_owned());
    };
    let charge = || async { charges.0.fetch_add(1, Ordering::SeqCst) + 1 };
    let charge = || async { format!("{}/{}", std::process::id(), charge().await) };
    let receipt = ctx.once("charge", charge).await;
    let agreed = ctx.elicit::<Consent>(format!("{name}, is {fee} all right?")).await?;
    let agreed = agreed.accepted().is_some_and(|consent| consent.agreed);
    Ok(format!("{name} {fee} {agreed} {receipt}"))
}

fn main() -> ExitCode {
    Server::new("asking-fixture", "1").state(Charges::default()).with(tools![sign_up]).run()
}
