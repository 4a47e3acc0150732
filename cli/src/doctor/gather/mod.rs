//! Gathering the facts: the only part of `doctor` that looks at the machine and asks anybody.

mod arc;
mod endpoint;
mod federated_token;
mod process;

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::path::Path;

use managed_identity_core::{AgentFile, Endpoint, Error, HostFacts, Identity, Member, Source};
use managed_identity_simulator::Simulator;

use super::arguments::DoctorArguments;
use super::facts::{
    AuthorityFacts, EndpointFacts, Facts, MemberFacts, Problem, ProxyFacts, Reach, SourceFacts, TokenFacts, Tool,
    Variables,
};
use crate::claims::Claims;
use crate::credential::{Asked, Credential};
use crate::failure::Failure;
use crate::runtime::block_on;
use crate::time::now;

/// The authority of the public cloud.
const PUBLIC_AUTHORITY: &str = "https://login.microsoftonline.com";
/// Variables of proxies that concern requests by http.
const PROXIES: [&str; 4] = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
const TOOLS: [&str; 3] = ["az", "azd", "pwsh"];

/// Looks at the machine, and asks for a token.
pub(super) fn gather(arguments: &DoctorArguments) -> Result<Facts, Failure> {
    let (credential, unusable) = match Credential::of(&arguments.credential) {
        Ok(credential) => (Some(credential), None),
        Err(failure @ Failure::Token(_)) => (None, Some(Problem::of(&failure))),
        Err(failure) => return Err(failure),
    };
    let host = Host::of(credential.as_ref());
    let source = credential.as_ref().and_then(|it| it.asked.source());
    let root = Path::new("/");
    let endpoint = match source {
        Some(source) => Some(block_on(asked(source))?),
        None => None,
    };
    let token = match &credential {
        Some(credential) => token(credential, &arguments.resource),
        None => TokenFacts::NotAsked,
    };
    let authority = if arguments.network { Some(block_on(authority(&host))?) } else { None };
    Ok(Facts {
        now: now(),
        resource: arguments.resource.clone(),
        source: source_facts(credential.as_ref(), unusable),
        endpoint,
        proxies: host.proxies(),
        arc: arc::facts(root, source, host.agent()),
        is_container: process::is_container(root),
        client_id: client_id(arguments),
        federated_token: host.variable("AZURE_FEDERATED_TOKEN_FILE").map(federated_token::read),
        tools: host.tools(),
        variables: host.set_variables(),
        token,
        authority,
    })
}

/// The machine: this one, or the one that is simulated.
struct Host {
    simulated: Option<BTreeMap<String, String>>,
}

impl Host {
    fn of(credential: Option<&Credential>) -> Self {
        Self { simulated: credential.and_then(|it| it.simulator.as_ref()).map(Simulator::environment) }
    }

    fn variable(&self, name: &str) -> Option<String> {
        let value = match &self.simulated {
            Some(variables) => variables.get(name).cloned(),
            None => env::var(name).ok(),
        };
        value.filter(|value| !value.is_empty())
    }

    fn agent(&self) -> AgentFile {
        let facts = match self.simulated {
            Some(_) => HostFacts::of(managed_identity_fs::platform()),
            None => managed_identity_fs::host_facts(),
        };
        facts.arc_agent
    }

    fn set_variables(&self) -> Variables {
        Variables(Variables::NAMES.into_iter().filter(|name| self.variable(name).is_some()).collect())
    }

    fn proxies(&self) -> ProxyFacts {
        let set = PROXIES.into_iter().filter(|name| self.variable(name).is_some()).collect();
        let excepted = ["NO_PROXY", "no_proxy"].into_iter().filter_map(|name| self.variable(name));
        ProxyFacts { set, excepted: excepted.collect::<Vec<_>>().join(",") }
    }

    fn tools(&self) -> Vec<Tool> {
        let path = self.variable("PATH").map(OsString::from).unwrap_or_default();
        TOOLS.map(|name| Tool { name, path: managed_identity_fs::find_program(&[name], &path) }).into()
    }
}

fn source_facts(credential: Option<&Credential>, unusable: Option<Problem>) -> SourceFacts {
    match (credential.map(|it| &it.asked), unusable) {
        (Some(Asked::Source(source)), _) => SourceFacts::Found {
            kind: source.kind(),
            reason: source.reason().to_owned(),
            notes: source.notes().to_vec(),
        },
        (Some(Asked::Chain(chain)), _) => {
            let member = |it: &Member| MemberFacts {
                name: it.kind().to_string(),
                ruled_out: it.error().map(|error| error.reason.clone()),
            };
            SourceFacts::Chain { members: chain.members().iter().map(member).collect() }
        }
        (None, Some(problem)) => SourceFacts::Unusable(problem),
        (None, None) => SourceFacts::Chain { members: Vec::new() },
    }
}

async fn asked(source: &Source) -> EndpointFacts {
    let (kind, endpoint) = (source.kind(), source.endpoint());
    let reach = if kind.is_authority() {
        Reach::NotAsked
    } else if endpoint.is_https() {
        endpoint::connect(endpoint).await
    } else {
        endpoint::ask(endpoint.without_query()).await
    };
    EndpointFacts { kind, address: endpoint.without_query().to_owned(), host: endpoint.host().to_owned(), reach }
}

fn client_id(arguments: &DoctorArguments) -> Option<String> {
    match arguments.credential.identity.identity(&managed_identity_fs::environment()) {
        Ok(Identity::ClientId(id)) => Some(id),
        _ => None,
    }
}

fn token(credential: &Credential, resource: &str) -> TokenFacts {
    match credential.token(resource) {
        Ok(token) => TokenFacts::Got {
            source: token.source(),
            expires_on: token.expires_on(),
            clock_ahead_by: token.clock_ahead_by(),
            claims: Claims::of(token.secret()),
        },
        Err(failure) => TokenFacts::Failed(Problem::of(&failure)),
    }
}

async fn authority(host: &Host) -> AuthorityFacts {
    let url = host.variable("AZURE_AUTHORITY_HOST").unwrap_or_else(|| PUBLIC_AUTHORITY.to_owned());
    let outcome = endpoint::ask_authority(&url).await;
    AuthorityFacts {
        host: Endpoint::parse("AZURE_AUTHORITY_HOST", &url).map_or(url, |it| it.authority().to_owned()),
        outcome,
    }
}

impl Problem {
    fn of(failure: &Failure) -> Self {
        let (message, next_step) = failure.told();
        let aadsts = aadsts_code(&message);
        let missing_identity = match failure {
            Failure::Token(error) => matches!(&**error, Error::Endpoint { error, .. } if error.missing_identity),
            _ => false,
        };
        Self { message, next_step, mender: failure.mender(), aadsts, missing_identity }
    }
}

/// The first error number of Microsoft Entra in a text.
fn aadsts_code(text: &str) -> Option<u32> {
    let (_, rest) = text.split_once("AADSTS")?;
    let end = rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::aadsts_code;

    #[test]
    fn an_error_number_is_found_in_a_text() {
        for (text, expected) in [
            ("answered 400 invalid_client: AADSTS7000215: Invalid secret", Some(7_000_215)),
            ("AADSTS50196", Some(50_196)),
            ("AADSTS without a number", None),
            ("AADSTS99999999999999", None),
            ("nothing", None),
        ] {
            assert_eq!(aadsts_code(text), expected, "{text}");
        }
    }
}
