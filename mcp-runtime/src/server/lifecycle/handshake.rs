use std::borrow::Cow;
use std::sync::Arc;

use crate::context::Peer;
use crate::revision::{At, Era, InitializeResult, Revision};
use crate::server::dispatch::Request;
use crate::server::reply::{Class, Reply};
use crate::server::session::{Handshake, Session};
use crate::server::{Incoming, Outcome, Service};
use crate::wire::{Code, ErrorObject, Member, Message, MessageKind, Method, RequestId};

/// A request of a session (basic/lifecycle).
pub(super) fn request(
    service: &Arc<Service>,
    id: RequestId,
    progress_token: Option<RequestId>,
    incoming: Incoming,
) -> Outcome {
    let Incoming { message, session, peer, outbox, trace } = incoming;
    let MessageKind::Request { method, .. } = &message.kind else { return Outcome::Accepted };
    let refuse = |error| Reply::error(Class::Answered, Some(&id), &error).into();
    let Some(session) = session else {
        return Reply::error(Class::Refused, Some(&id), &not_initialized()).into();
    };
    if *method == Method::Initialize {
        return match open(service, &session, &message) {
            Ok(revision) => {
                if peer.has_stream() {
                    session.subscribe(service.subscription(&session, revision));
                }
                Reply::result(&id, &At(revision, &initialized(service, revision, &*peer))).into()
            }
            Err(error) => refuse(error),
        };
    }
    let Some(handshake) = session.handshake() else {
        // A ping may come before everything else, and says the same in every revision.
        return match method {
            Method::Ping => Reply::result(&id, &serde_json::Map::new()).into(),
            _ => refuse(not_initialized()),
        };
    };
    if !handshake.revision.serves(method) {
        return refuse(ErrorObject::method_not_found(method));
    }
    let request = Request {
        revision: handshake.revision,
        progress_token,
        log: session.log_filter(),
        client: Some(handshake.client().clone()),
        session: Some(session.clone()),
        id,
        message,
        peer,
        outbox,
        trace,
    };
    service.dispatch(request)
}

/// What a session keeps of its client, in bytes of JSON: anyone may open one.
const LONGEST_DECLARATION: usize = 16 * 1024;

/// Settles the revision: the one asked for if we serve it, otherwise the newest that has a
/// handshake, and the client decides whether it can live with that.
fn open(service: &Service, session: &Session, message: &Message) -> Result<Revision, ErrorObject> {
    let asked: Cow<'_, str> = message.require_text(Member::ProtocolVersion)?;
    let revision = Revision::named(&asked)
        .filter(|revision| revision.facts().era == Era::Handshake)
        .unwrap_or(Revision::NEWEST_HANDSHAKE);
    let said = |member| message.raw(member).and_then(|json| str::from_utf8(json).ok());
    let (info, capabilities) = (said(Member::ClientInfo), said(Member::Capabilities));
    let kept = [info, capabilities].into_iter().flatten().map(str::len).sum::<usize>();
    if kept > LONGEST_DECLARATION {
        let what =
            format!("clientInfo and capabilities may have {LONGEST_DECLARATION} bytes together");
        return Err(ErrorObject::new(Code::INVALID_PARAMS, what));
    }
    let handshake = Handshake::new(revision, info, capabilities);
    tracing::debug!(server = service.info.name, %revision, client = handshake.client().info().name(), "session opened");
    session.open(handshake).map(|()| revision).map_err(|_| {
        ErrorObject::new(
            Code::INVALID_REQUEST,
            "the session is initialized already; open another one",
        )
    })
}

fn initialized<'a>(
    service: &'a Service,
    revision: Revision,
    peer: &dyn Peer,
) -> InitializeResult<'a> {
    InitializeResult {
        capabilities: service.capabilities(&service.registry(), revision, peer),
        server_info: &service.info,
        instructions: service.instructions(),
    }
}

fn not_initialized() -> ErrorObject {
    ErrorObject::new(
        Code::INVALID_REQUEST,
        "no session: send `initialize` first, or a request with a `_meta` of its own",
    )
}
