//! The token in JavaScript.

use managed_identity_core::{AccessToken, UnixTime};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::milliseconds;
use crate::object::Object;

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
  readonly source: SourceKind;
  /**
   * By how much this machine's clock seems to be ahead of the service's, where the token had expired on arrival by one and
   * had a life before it by the other.
   */
  readonly clockAheadByMs?: number;
}
"#;

pub(crate) fn token(token: &AccessToken) -> Object {
    Object::empty()
        .text("token", token.secret())
        .text("tokenType", token.token_type())
        .number("expiresOnTimestamp", timestamp(token.expires_on()))
        .optional_number("refreshOnTimestamp", token.refresh_on().map(timestamp))
        .text("resource", token.resource())
        .text("source", token.source().as_str())
        .optional_number("clockAheadByMs", token.clock_ahead_by().map(milliseconds))
}

pub(crate) fn timestamp(time: UnixTime) -> f64 {
    milliseconds(time.as_duration())
}
