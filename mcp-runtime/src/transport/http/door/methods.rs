use std::fmt;

use http::header::ALLOW;
use http::{HeaderValue, Method, StatusCode};

use crate::transport::http::reply::Refusal;

/// The methods that a path has; OPTIONS is answered everywhere, by the door.
#[derive(Debug, Clone, Copy)]
pub(in crate::transport) struct Methods(pub(in crate::transport) &'static [Method]);

impl Methods {
    pub(super) fn have(self, method: &Method) -> bool {
        self.0.contains(method)
    }

    /// The list of them in `Allow` (RFC 9110, 10.2.1), and in what a page is told.
    pub(super) fn header(self) -> HeaderValue {
        HeaderValue::try_from(self.to_string()).unwrap_or(HeaderValue::from_static("OPTIONS"))
    }

    /// What a request of any other is told.
    pub(super) fn refusal(self) -> Refusal {
        let what = format!("this method is not served here; use {self}");
        Refusal::new(StatusCode::METHOD_NOT_ALLOWED, what).with(ALLOW, self.header())
    }
}

impl fmt::Display for Methods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|method| write!(f, "{method}, "))?;
        f.write_str("OPTIONS")
    }
}
