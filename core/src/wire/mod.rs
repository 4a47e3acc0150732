//! What goes over the wire and comes back: addresses, forms, messages, documents, dates.

mod bearer;
mod body;
mod cloud;
mod date;
mod document;
mod endpoint;
mod expiry;
mod foreign;
mod form;
mod host;
#[cfg(feature = "http")]
mod http;
mod message;
#[cfg(feature = "chain")]
mod printed;
mod refusal;
mod retry_after;
mod token;
mod words;

pub use bearer::BearerChallenge;
pub use body::Body;
pub use endpoint::Endpoint;
pub(crate) use foreign::sender;
pub(crate) use form::append_form;
pub use message::{HttpHeader, HttpMethod, HttpRequest, HttpResponse};
#[cfg(feature = "chain")]
pub(crate) use printed::{Printed, complaint, printed};
pub(crate) use refusal::{error, words};
pub(crate) use token::{Asked, illegal, token};
pub(crate) use words::{other_content, repeats, shown};
