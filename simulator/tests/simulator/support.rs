//! A small client: no proxy, no redirects, every status is an answer.

use std::time::Duration;

use managed_identity_simulator::{Fault, FaultScript, SimulatedSource, Simulator};
use serde_json::Value;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Proxy};

pub(crate) const RESOURCE: &str = "https://vault.azure.net";

/// An answer that arrived whole.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: ureq::http::HeaderMap,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap().to_str().unwrap()
    }

    /// The code and text of an error, in whichever shape it is.
    pub(crate) fn refusal(&self) -> (u16, String) {
        let document = self.json();
        let code = document["error"].as_str().or(document["error"]["code"].as_str()).unwrap_or_default();
        (self.status, code.to_owned())
    }
}

pub(crate) fn start(source: SimulatedSource) -> Simulator {
    Simulator::builder(source).start().unwrap()
}

pub(crate) fn start_with(source: SimulatedSource, faults: impl IntoIterator<Item = Fault>) -> Simulator {
    let faults = faults.into_iter().fold(FaultScript::new(), FaultScript::then);
    Simulator::builder(source).faults(faults).start().unwrap()
}

/// A client that trusts what a client of `simulator` has to trust.
pub(crate) fn agent(simulator: &Simulator) -> Agent {
    agent_by(simulator, None)
}

/// The same client, but it asks the proxy for everything.
pub(crate) fn proxied_agent(simulator: &Simulator) -> Agent {
    agent_by(simulator, Some(Proxy::new(simulator.proxy_url().unwrap()).unwrap()))
}

fn agent_by(simulator: &Simulator, proxy: Option<Proxy>) -> Agent {
    let roots = simulator.ca_certificate().map(|certificate| Certificate::from_der(certificate.der()).to_owned());
    let tls = TlsConfig::builder().root_certs(RootCerts::from(roots.into_iter().collect::<Vec<_>>())).build();
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(proxy)
        .tls_config(tls)
        .timeout_global(Some(Duration::from_secs(10)))
        .build()
        .into()
}

pub(crate) fn get(simulator: &Simulator, url: &str, headers: &[(&str, &str)]) -> Result<Reply, ureq::Error> {
    let mut request = agent(simulator).get(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    reply(request.call()?)
}

pub(crate) fn post(
    simulator: &Simulator,
    url: &str,
    headers: &[(&str, &str)],
    form: &[(&str, &str)],
) -> Result<Reply, ureq::Error> {
    post_with(&agent(simulator), url, headers, form)
}

pub(crate) fn post_with(
    agent: &Agent,
    url: &str,
    headers: &[(&str, &str)],
    form: &[(&str, &str)],
) -> Result<Reply, ureq::Error> {
    let mut request = agent.post(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    reply(request.send_form(form.iter().copied())?)
}

fn reply(mut response: ureq::http::Response<ureq::Body>) -> Result<Reply, ureq::Error> {
    let body = response.body_mut().with_config().limit(1024 * 1024).read_to_string()?;
    Ok(Reply { status: response.status().as_u16(), headers: response.headers().clone(), body })
}

/// `url` with percent-encoded parameters.
pub(crate) fn with_query(url: &str, parameters: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("{url}?{query}")
}

/// Checks that `document` holds a valid token of `client_id` for [`RESOURCE`].
pub(crate) fn assert_token(simulator: &Simulator, document: &Value, client_id: &str) {
    let claims = simulator.verify_token(document["access_token"].as_str().unwrap(), RESOURCE).unwrap();
    assert_eq!(claims.appid, client_id);
    assert_eq!(document["token_type"], "Bearer");
}

/// Checks that `document` names exactly these members.
pub(crate) fn assert_members(document: &Value, names: &[&str]) {
    let members: Vec<&str> = document.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, names);
}
