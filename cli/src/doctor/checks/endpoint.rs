//! Whether somebody answers at the endpoint, and whether it is the right one.

use managed_identity_core::SourceKind;

use crate::doctor::facts::{EndpointFacts, Facts, Reach};
use crate::doctor::finding::{Check, Finding};
use crate::mender::Mender;

pub(super) fn check(facts: &Facts) -> Finding {
    let Some(endpoint) = &facts.endpoint else { return Check::Endpoint.not_applicable("there is no endpoint to ask") };
    let address = &endpoint.address;
    match &endpoint.reach {
        Reach::NotAsked => Check::Endpoint
            .not_applicable(format!("{address} is on the internet; --network asks whether it can be reached")),
        Reach::Connected => Check::Endpoint.ok(format!("something listens at {address}")),
        Reach::Answered { status, .. } => answered(endpoint, *status),
        Reach::NoConnection { detail } => Check::Endpoint.failed(
            Mender::Host,
            format!("nobody listens at {address}: {detail}"),
            when_unreachable(endpoint.kind, facts.is_container),
        ),
        Reach::NoAnswer { detail } => Check::Endpoint.failed(
            Mender::Host,
            format!("{address} takes connections and gives no answer: {detail}"),
            "see what listens there, and restart it",
        ),
    }
}

/// What an answer says to a request that lacks the header which every real one has.
fn answered(endpoint: &EndpointFacts, status: u16) -> Finding {
    let (kind, address) = (endpoint.kind, &endpoint.address);
    let failed = |mender, why: &str, mend: &str| {
        Check::Endpoint.failed(mender, format!("{address} answers with status {status}: {why}"), mend)
    };
    match (status, kind) {
        (200..=299, _) => failed(
            Mender::Security,
            "it asked for no proof, which the real endpoint does",
            "see which program listens there; send it no key",
        ),
        (300..=399, _) => {
            failed(Mender::Host, "a redirect, which is never followed", "see what stands between: a portal, a proxy")
        }
        (404, SourceKind::AzureArc | SourceKind::Imds) => failed(
            Mender::Host,
            "it does not know the path, so it is another program",
            "see which program listens there; an Azure Arc agent that is too old has to be updated",
        ),
        (403, SourceKind::Imds) => failed(
            Mender::Host,
            "something before the metadata service refuses",
            "see what stands between: Docker Desktop, a network policy, a service mesh",
        ),
        (410 | 429, _) => Check::Endpoint
            .warning(format!("{address} answers with status {status}: it is busy or being updated"), "wait a minute"),
        (502 | 504, _) => failed(
            Mender::Host,
            "a proxy or a gateway speaks in its place",
            "except the address from the proxy, or start what is behind the gateway",
        ),
        (500..=599, _) => failed(Mender::Service, "it is in trouble itself", restart(kind)),
        _ => Check::Endpoint.ok(format!("{address} answers; without the header it needs, with status {status}")),
    }
}

fn when_unreachable(kind: SourceKind, is_container: bool) -> &'static str {
    match kind {
        SourceKind::AzureArc if is_container => {
            "the agent listens on the loopback of the host: start the container with the host's network, or give it tokens \
             from the host"
        }
        SourceKind::AzureArc => "start the agent: systemctl start himdsd; on Windows, start the service himds",
        SourceKind::Imds if is_container => {
            "let the container reach 169.254.169.254: by the host's network, or by a network that routes there"
        }
        SourceKind::Imds => {
            "if this is an Azure VM, see that no firewall or route keeps this user from 169.254.169.254; if not, set the \
             variables of the source that applies"
        }
        _ => "see that the platform's identity endpoint is up, and restart the application",
    }
}

fn restart(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::AzureArc => {
            "try again later; if it stays so, systemctl restart himdsd and see the agent's himds.log"
        }
        _ => "try again later",
    }
}
