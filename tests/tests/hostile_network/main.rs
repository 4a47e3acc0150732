//! Endpoints and networks that do everything wrong that can be done on a socket, against the native client.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod cut;
mod drip;
mod localhost;
mod restart;
mod splitting;
// The native client's own tests have the same need.
#[path = "../../../transport-reqwest/tests/support/mod.rs"]
mod support;

use std::net::{Ipv4Addr, SocketAddr};

const RESOURCE: &str = "https://vault.azure.net";
/// Any free port of this machine.
const HERE: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 0);
const TOKEN: &str = r#"{"access_token":"the-whole-token","expires_in":3600}"#;

fn at(address: SocketAddr) -> String {
    format!("http://{address}/metadata/identity/oauth2/token")
}
