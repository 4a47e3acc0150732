//! The token in JavaScript.

#[cfg(feature = "chain")]
use managed_identity_core::CredentialKind;
use managed_identity_core::{AccessToken, UnixTime};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::object::Object;
use crate::time::milliseconds;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** An access token. Do not log it. Times are in milliseconds since the epoch. */
export interface Token {
  /** The token itself. */
  readonly token: string;
  /** The type of the token, nearly always `Bearer` (RFC 6749, section 7.1). */
  readonly tokenType: "Bearer" | "pop";
  readonly expiresOnTimestamp: number;
  /** From when on the service wishes the token to be renewed, if it said so. */
  readonly refreshOnTimestamp?: number;
  /** The resource the token is for, as the service named it, else as it was asked for. */
  readonly resource: string;
  /** Where the token came from. */
  readonly source: TokenSource;
  /** The client (application) id of the identity that the token is of, if the service says it. */
  readonly clientId?: string;
  /** The object (principal) id of that identity, if the service says it. */
  readonly objectId?: string;
  /** The Azure Resource Manager id of that identity, if the service says it. */
  readonly resourceId?: string;
  /**
   * By how much the clock of this machine seems to be ahead, where the service said that the token is valid for some time yet
   * and named an end that is past by this clock.
   */
  readonly clockAheadByMs?: number;
}
"#;

pub(crate) fn token(token: &AccessToken) -> Object {
    let identity = token.identity();
    let shown = Object::empty();
    #[cfg(feature = "chain")]
    let shown = shown.text("credential", CredentialKind::of(token.source()).as_str());
    shown
        .text("token", token.secret())
        .text("tokenType", token.token_type())
        .number("expiresOnTimestamp", timestamp(token.expires_on()))
        .optional_number("refreshOnTimestamp", token.refresh_on().map(timestamp))
        .text("resource", token.resource())
        .text("source", token.source().as_str())
        .optional_text("clientId", identity.client_id.as_deref())
        .optional_text("objectId", identity.object_id.as_deref())
        .optional_text("resourceId", identity.resource_id.as_deref())
        .optional_number("clockAheadByMs", token.clock_ahead_by().map(milliseconds))
}

pub(crate) fn timestamp(time: UnixTime) -> f64 {
    milliseconds(time.as_duration())
}
