use crate::context::Request;
use crate::server::dispatch::Origin;
use crate::server::{Outcome, Service};
use crate::wire::{Code, ErrorObject, Member};

/// `logging/setLevel`: from then on the session hears that level and those above.
pub(crate) fn set_level(service: &Service, request: &Request, origin: &Origin) -> Outcome {
    let level = request.message.require(Member::Level).map_err(|_| {
        ErrorObject::new(
            Code::INVALID_PARAMS,
            "params.level must be one of debug, info, notice, warning, error, critical, alert, emergency",
        )
    });
    match (level, &origin.session) {
        (Ok(level), Some(session)) => {
            session.set_log_level(level);
            request.acknowledge(service)
        }
        (Ok(_), None) => request.acknowledge(service),
        (Err(error), _) => request.refuse(&error),
    }
}
