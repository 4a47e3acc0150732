//! Whether Microsoft Entra can be reached, and whether it is Microsoft Entra who answers.

use crate::doctor::facts::{AuthorityOutcome, Facts};
use crate::doctor::finding::{Check, Finding};
use crate::mender::Mender;

pub(super) fn check(facts: &Facts) -> Finding {
    let Some(authority) = &facts.authority else {
        return Check::Authority.not_applicable("not asked; --network does, which sends one request to the internet");
    };
    let host = &authority.host;
    match &authority.outcome {
        AuthorityOutcome::Answered { status, .. } if *status < 500 => {
            Check::Authority.ok(format!("{host} answers, with a certificate that this machine trusts"))
        }
        AuthorityOutcome::Answered { status, .. } => Check::Authority.failed(
            Mender::Service,
            format!("{host} answers with status {status}"),
            "try again later; if a proxy is set, see its log",
        ),
        AuthorityOutcome::Untrusted { detail } => Check::Authority.failed(
            Mender::Security,
            format!("{host} shows a certificate that this machine does not trust: {detail}"),
            "if your network inspects TLS, have it leave out this name, or add its authority to the machine's roots; if it \
             does not, somebody else answers",
        ),
        AuthorityOutcome::NoAnswer { detail } => Check::Authority.failed(
            Mender::Host,
            format!("no answer from {host}: {detail}"),
            "see the firewall and HTTPS_PROXY; a managed identity does not need it, workload identity and tools do",
        ),
    }
}
