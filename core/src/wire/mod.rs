//! What goes over the wire and comes back: addresses, forms, messages, documents, dates.

#[cfg(feature = "chain")]
mod assertion;
mod bearer;
mod body;
#[cfg(feature = "chain")]
mod claims;
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

#[cfg(feature = "chain")]
pub(crate) use assertion::{AssertionClaims, signed, signing_input};
pub use bearer::BearerChallenge;
pub use body::Body;
#[cfg(feature = "chain")]
pub(crate) use claims::{in_base64, merged};
pub use endpoint::Endpoint;
pub(crate) use foreign::sender;
pub(crate) use form::append_form;
pub use message::{HttpHeader, HttpMethod, HttpRequest, HttpResponse};
#[cfg(feature = "chain")]
pub(crate) use printed::{Printed, complaint, printed};
pub(crate) use refusal::{error, words};
#[cfg(feature = "chain")]
pub(crate) use token::assertion;
pub(crate) use token::{Asked, illegal, token};
pub(crate) use words::{other_content, repeats, shown};
