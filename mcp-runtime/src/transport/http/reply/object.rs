//! One JSON object as a response, or nothing.

use std::array;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body as ResponseBody;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};
use http_body::{Body, Frame, SizeHint};

/// A response of one JSON object.
pub(in crate::transport::http) fn json(
    status: StatusCode,
    body: impl Into<ResponseBody>,
) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// A response without a body.
pub(in crate::transport) fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(ResponseBody::empty());
    *response.status_mut() = status;
    response
}

/// A body that is there, in two pieces: joining them would be a copy.
#[derive(Debug)]
pub(super) struct Pieces(array::IntoIter<Bytes, 2>);

impl Pieces {
    pub(super) fn of(pieces: [Bytes; 2]) -> Self {
        Self(pieces.into_iter())
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.next().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_slice().is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        let left = self.0.as_slice().iter().map(Bytes::len).sum::<usize>();
        SizeHint::with_exact(left as u64)
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn a_body_of_pieces_knows_its_length_and_its_end() {
        let mut body = Pieces::of([Bytes::from_static(b"{\"id\":1,"), Bytes::from_static(b"2}")]);
        assert_eq!(body.size_hint().exact(), Some(10));
        let Ok(first) = body.frame().await.unwrap();
        assert_eq!(first.into_data().unwrap(), "{\"id\":1,");
        assert_eq!((body.size_hint().exact(), body.is_end_stream()), (Some(2), false));
        let Ok(last) = body.frame().await.unwrap();
        assert_eq!((last.into_data().unwrap().as_ref(), body.is_end_stream()), (&b"2}"[..], true));
        assert!(body.frame().await.is_none());
    }
}
