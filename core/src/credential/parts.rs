//! What the requests of all sources are made of.

use alloc::string::String;

use crate::error::ConfigError;
use crate::values::Secret;
use crate::values::TokenRequest;

/// What a request is made of besides the source.
pub(crate) struct RequestParts<'a> {
    pub(crate) request: &'a TokenRequest,
    /// The id for `x-ms-client-request-id`, on sources that know it and unless switched off.
    pub(crate) request_id: Option<&'a str>,
    /// The key that answers Azure Arc's challenge.
    pub(crate) arc_key: Option<&'a Secret>,
    /// The federated token of workload identity.
    pub(crate) assertion: Option<&'a Secret>,
}

pub(super) const METADATA: &str = "metadata";
pub(super) const TRUE: &str = "true";

/// A secret that goes out as the value of a header. `name` is the environment variable it comes from, for errors.
pub(super) fn secret_header(name: &'static str, text: &str) -> Result<Secret, ConfigError> {
    // RFC 9110, section 5.5.
    let legal = |byte: u8| byte >= b' ' && byte != 0x7f || byte == b'\t';
    if text.bytes().all(legal) {
        Ok(Secret::new(String::from(text)))
    } else {
        Err(ConfigError::IllegalCharacters { source_kind: None, name })
    }
}
