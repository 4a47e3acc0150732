//! The machine's own call to the source that a call of the check looks like, with the promises of the check.

use std::error::Error;
use std::time::Duration;

use managed_identity_wasi::core::{Acquire, HttpCall, Source, Step, Thumbprint, TokenRequest, Trust, UnixTime};
use serde::Deserialize;

#[derive(Deserialize)]
struct Call {
    url: String,
    headers: Vec<(String, String)>,
    trust: DriverTrust,
    connect_timeout_ms: u64,
    read_timeout_ms: u64,
    total_timeout_ms: u64,
    max_body: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum DriverTrust {
    Plain,
    Roots,
    Pinned(String),
}

pub(crate) fn read(text: &str) -> Result<Box<HttpCall>, Box<dyn Error>> {
    let call: Call = serde_json::from_str(text)?;
    let endpoint = call.url.split('?').next().unwrap_or_default();
    let (name, secret) = call.headers.first().ok_or("the call has no header")?;
    let source = match name.as_str() {
        "secret" => Source::service_fabric(endpoint, secret, &"0".repeat(40)),
        "metadata" => Source::cloud_shell(endpoint),
        _ => Source::app_service(endpoint, secret),
    }?;
    let request = TokenRequest::for_resource("https://vault.azure.net")?;
    let Step::Http { call: machine, .. } = Acquire::new(source, request)?.start(1, UnixTime::default()) else {
        return Err("the machine does not begin with a request".into());
    };
    let (request, mut policy) = machine.into_parts();
    policy.connect_timeout = Duration::from_millis(call.connect_timeout_ms);
    policy.read_timeout = Duration::from_millis(call.read_timeout_ms);
    policy.total_timeout = Duration::from_millis(call.total_timeout_ms);
    policy.max_body = call.max_body;
    policy.trust = match call.trust {
        DriverTrust::Plain => Trust::Plain,
        DriverTrust::Roots => Trust::Roots,
        DriverTrust::Pinned(thumbprint) => Trust::Leaf(Thumbprint::parse(&thumbprint)?),
    };
    Ok(Box::new(HttpCall::new(request, policy)))
}
