//! From the core's token to the interface's.

use core::time::Duration;

use managed_identity_core::{AccessToken, UnixTime};

use crate::bindings::client::types::{Token, TokenIdentity};

pub(crate) fn token(token: &AccessToken) -> Token {
    let identity = token.identity();
    Token {
        access_token: token.secret().to_owned(),
        token_type: token.token_type().to_owned(),
        resource: token.resource().to_owned(),
        expires_on: token.expires_on().as_secs(),
        refresh_on: token.refresh_on().map(UnixTime::as_secs),
        source: token.source().as_str().to_owned(),
        identity: TokenIdentity {
            client_id: identity.client_id.clone(),
            object_id: identity.object_id.clone(),
            resource_id: identity.resource_id.clone(),
        },
        clock_ahead_by: token.clock_ahead_by().map(milliseconds),
    }
}

pub(crate) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
