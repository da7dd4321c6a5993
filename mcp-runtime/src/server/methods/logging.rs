use crate::context::Request;
use crate::server::call::Origin;
use crate::server::{Outcome, Service};
use crate::wire::Member;
use crate::wire::log::LogLevel;
use crate::wire::message::missing;

/// `logging/setLevel`: from then on the session hears that level and those above.
pub(crate) fn set_level(service: &Service, request: &Request, origin: &Origin) -> Outcome {
    let level = LogLevel::of(&request.message, Member::Level)
        .and_then(|level| level.ok_or_else(|| missing(Member::Level)));
    match (level, &origin.session) {
        (Ok(level), Some(session)) => {
            session.set_log_level(level);
            request.acknowledge(service)
        }
        (Ok(_), None) => request.acknowledge(service),
        (Err(error), _) => request.refuse(&error),
    }
}
