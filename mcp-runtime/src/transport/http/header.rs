//! Headers that may stand once.

use http::{HeaderMap, HeaderName, HeaderValue};

/// The only header of that name; an error if there are several: two readers might each take
/// another one.
pub(super) fn single<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> Result<Option<&'a HeaderValue>, Repeated> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (first, None) => Ok(first),
        _ => Err(Repeated),
    }
}

/// A header that may stand once comes several times.
#[derive(Debug)]
pub(super) struct Repeated;
