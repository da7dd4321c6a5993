use crate::context::Request;
use crate::registry::Catalogue;
use crate::server::{Outcome, Reply, Service};
use crate::wire::Member;

/// `tools/list`, `resources/list`, `resources/templates/list`, `prompts/list`
/// (server/utilities/pagination).
pub(crate) fn page(service: &Service, request: &Request, catalogue: &Catalogue) -> Outcome {
    let seen = catalogue.seen(|scopes| request.may_use(service, scopes));
    let page = request
        .message
        .text(Member::Cursor)
        .and_then(|cursor| seen.page(request.revision, cursor.as_deref(), service.stamp()));
    match page {
        Ok(page) => Reply::shared(&request.id, page).into(),
        Err(error) => request.refuse(&error),
    }
}
