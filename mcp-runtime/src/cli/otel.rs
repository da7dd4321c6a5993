use crate::server::{Error, Server};

/// Has the requests of a server traced if that is asked for. What is returned sends what has not
/// been sent yet, once nothing runs any more.
///
/// # Errors
///
/// If the environment asks for what cannot be done, or the feature is not built in.
#[cfg(feature = "otel")]
pub(super) fn begin<A: 'static>(
    server: Server<A>,
    asked: bool,
) -> Result<(Server<A>, impl FnOnce()), Error> {
    use crate::transport::otel::Otel;

    let otel = if asked { Otel::of_environment(server.info())? } else { None };
    let server = match &otel {
        Some(otel) => server.traces(Box::new(otel.spans())),
        None => server,
    };
    Ok((server, move || otel.iter().for_each(Otel::end)))
}

#[cfg(not(feature = "otel"))]
pub(super) fn begin<A: 'static>(
    server: Server<A>,
    asked: bool,
) -> Result<(Server<A>, impl FnOnce()), Error> {
    match asked {
        true => Err(super::serve::not_built("otel")),
        false => Ok((server, || {})),
    }
}
