//! What goes over the wire and comes back: addresses, forms, messages, documents, dates.

mod body;
mod date;
mod document;
mod endpoint;
mod form;
mod host;
#[cfg(feature = "http")]
mod http;
mod message;
mod reply;

pub use body::Body;
pub use endpoint::Endpoint;
pub(crate) use form::append_form;
pub use message::{HttpHeader, HttpMethod, HttpRequest, HttpResponse};
pub(crate) use reply::{error, token};
