use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use super::Settled;
use crate::context::{Peer, Request, TraceParent};
use crate::revision::{At, Era, InitializeResult, Revision};
use crate::server::call::Origin;
use crate::server::reply::{Class, Reply};
use crate::server::session::{Handshake, Session};
use crate::server::{Incoming, Service};
use crate::wire::meta::RequestMeta;
use crate::wire::{Code, ErrorObject, Member, Message, Method, RequestId};

/// A request of a session, in the revision it was opened in (basic/lifecycle). The handshake itself
/// is answered here, and a ping before it.
pub(super) fn settle(
    service: &Arc<Service>,
    id: RequestId,
    method: Method,
    step: Option<Box<TraceParent>>,
    incoming: Incoming,
) -> Settled {
    let refuse = |class, error| Settled::Break(Reply::error(class, Some(&id), &error).into());
    let progress_token = match RequestMeta::of(&incoming.message) {
        Ok(meta) => meta.progress_token,
        Err(error) => return refuse(Class::Refused, error),
    };
    let Incoming { message, session, peer, outbox } = incoming;
    let Some(session) = session else { return refuse(Class::Refused, not_initialized()) };
    if method == Method::Initialize {
        return match initialize(service, &session, &message, &*peer) {
            Ok((revision, result)) => {
                Settled::Break(Reply::result(&id, &At(revision, &result)).into())
            }
            Err(error) => refuse(Class::Answered, error),
        };
    }
    let Some(handshake) = session.handshake() else {
        return match method {
            // It says the same in every revision.
            Method::Ping => Settled::Break(Reply::result(&id, &serde_json::Map::new()).into()),
            _ => refuse(Class::Answered, not_initialized()),
        };
    };
    let revision = handshake.revision;
    if !revision.serves(&method) {
        return refuse(Class::Answered, ErrorObject::method_not_found(&method));
    }
    let request = Request {
        message,
        id,
        method,
        revision,
        progress_token,
        log: session.log_filter(),
        client: OnceLock::from(handshake.client().clone()),
        peer,
        step,
    };
    Settled::Continue((request, Origin { session: Some(session), outbox }))
}

/// What a session keeps of its client, in bytes of JSON: anyone may open one.
const LONGEST_DECLARATION: usize = 16 * 1024;

/// Opens the session, and says what the server is.
fn initialize<'a>(
    service: &'a Arc<Service>,
    session: &Arc<Session>,
    message: &Message,
    peer: &dyn Peer,
) -> Result<(Revision, InitializeResult<'a>), ErrorObject> {
    let revision = open(service, session, message)?;
    if peer.has_stream() {
        session.subscribe(service.subscription(session, revision));
    }
    Ok((revision, initialized(service, revision, peer)))
}

/// Settles the revision: the one asked for if we serve it, otherwise the newest that has a
/// handshake, and the client decides whether it can live with that.
fn open(service: &Service, session: &Session, message: &Message) -> Result<Revision, ErrorObject> {
    let asked: Cow<'_, str> = message.require_text(Member::ProtocolVersion)?;
    let revision = Revision::named(&asked)
        .filter(|revision| revision.facts().era == Era::Handshake)
        .unwrap_or(Revision::NEWEST_HANDSHAKE);
    let (info, capabilities) = (message.raw(Member::ClientInfo), message.raw(Member::Capabilities));
    let kept = [info, capabilities].into_iter().flatten().map(<[u8]>::len).sum::<usize>();
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
