//! The requests that the state machine makes.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub, reason = "each test binary uses a part of it")]

use std::path::Path;

use managed_identity_core::{Acquire, FileRequest, HttpResponse, Platform, Source, Step, TokenRequest, UnixTime};

/// Whose path rules apply here.
const PLATFORM: Platform = if cfg!(windows) { Platform::Windows } else { Platform::Linux };

/// The request that the state machine makes for the key file `name` in `directory`.
pub fn key_file(directory: &Path, name: &str) -> FileRequest {
    let directory = directory.to_str().unwrap();
    let endpoint = "http://127.0.0.1:40342/metadata/identity/oauth2/token";
    let source = Source::azure_arc(endpoint, directory, PLATFORM).unwrap();
    let request = TokenRequest::for_resource("https://vault.azure.net").unwrap();
    let now = UnixTime::from_secs(1_700_000_000);
    let Step::Http { then, .. } = Acquire::new(source, request).unwrap().start(1, now) else { panic!("no request") };
    let separator = if PLATFORM == Platform::Windows { '\\' } else { '/' };
    let realm = format!("Basic realm={directory}{separator}{name}");
    let challenge = HttpResponse::new(401, Vec::new()).with_header("www-authenticate", realm.as_bytes());
    match then.resume(Ok(challenge), now) {
        Step::ReadFile { file, .. } => file,
        step => panic!("{step:?}"),
    }
}

/// The request that the state machine makes for the federated token at `path`.
pub fn federated_token(path: &Path) -> FileRequest {
    let source = Source::workload_identity(None, "tenant", Some("client"), path.to_str().unwrap(), PLATFORM).unwrap();
    let request = TokenRequest::for_resource("https://vault.azure.net").unwrap();
    match Acquire::new(source, request).unwrap().start(1, UnixTime::from_secs(1_700_000_000)) {
        Step::ReadFile { file, .. } => file,
        step => panic!("{step:?}"),
    }
}
