//! Sending the request, and printing what comes.

use std::collections::BTreeSet;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, ClientBuilder, RequestBuilder, Response, Url};
use serde_json::Value;

use super::arguments::RequestArguments;
use super::{audience, body};
use crate::cause::innermost;
use crate::credential::{Credential, trust};
use crate::failure::{Failure, ServiceFailure};
use crate::json::json_line;
use crate::mender::Mender;
use crate::output::print;
use crate::runtime::block_on;

/// Storage refuses requests that do not name a version.
const STORAGE_VERSION: (&str, &str) = ("x-ms-version", "2023-11-03");
/// Where a page names the next one: Azure's way, and that of `OData`.
const NEXT_LINKS: [&str; 2] = ["nextLink", "@odata.nextLink"];
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// An answer, as it came.
struct Answer {
    status: u16,
    body: Vec<u8>,
}

pub(crate) fn execute(arguments: &RequestArguments) -> Result<(), Failure> {
    let url = url(&arguments.url)?;
    let known = audience::of_host(url.host_str().unwrap_or_default());
    let resource = resource(&url, known, arguments)?;
    let content = arguments.body.as_deref().map(body::read).transpose()?;
    let (secrets, containers) = (&arguments.vault.secrets, &arguments.account.containers);
    let credential = Credential::with_services(&arguments.credential, secrets, containers)?;
    let versioned =
        is_storage(known, &resource) && !arguments.headers.iter().any(|(name, _)| name == STORAGE_VERSION.0);
    let simulated = match known {
        Some(audience::VAULT) => credential.simulated_vault(),
        Some(audience::STORAGE) => credential.simulated_account(),
        _ => None,
    };
    let url = simulated.map_or(Ok(url.clone()), |service| moved(&url, service))?;
    // No redirect is followed: it could lead the token away.
    let client =
        Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(arguments.credential.patience.timeout);
    let client = trust(client, &credential).and_then(ClientBuilder::build).map_err(|cause| unanswered(&url, &cause))?;
    let ask = |url: &Url| {
        let token = credential.token(&resource)?;
        let request = prepared(client.request(arguments.method.clone(), url.clone()), arguments, content.as_deref());
        let request = if versioned { request.header(STORAGE_VERSION.0, STORAGE_VERSION.1) } else { request };
        let authorization = token.authorization().ok_or_else(|| Failure::Usage {
            message: "the token cannot be sent in a header".to_owned(),
            next_step: "see with token --show claims what it is",
        })?;
        block_on(answer(request.header(AUTHORIZATION, authorization)))?.map_err(|cause| unanswered(url, &cause))
    };
    if arguments.pages { pages(url, ask) } else { once(&url, ask) }
}

fn once(url: &Url, ask: impl Fn(&Url) -> Result<Answer, Failure>) -> Result<(), Failure> {
    let answer = ask(url)?;
    print(&answer.body)?;
    succeeded(url, &answer)
}

/// Prints page by page. A link to another host is not followed, nor one that was followed before.
fn pages(first: Url, ask: impl Fn(&Url) -> Result<Answer, Failure>) -> Result<(), Failure> {
    let mut seen = BTreeSet::new();
    let mut next = Some(first);
    while let Some(url) = next.filter(|url| seen.insert(url.clone())) {
        let answer = ask(&url)?;
        let Ok(page) = serde_json::from_slice::<Value>(&answer.body) else {
            print(&answer.body)?;
            return succeeded(&url, &answer);
        };
        print(json_line(&page).as_bytes())?;
        succeeded(&url, &answer)?;
        let link = NEXT_LINKS.iter().find_map(|name| page[name].as_str()).filter(|link| !link.is_empty());
        next = match link {
            None => None,
            Some(link) => Some(followed(&url, link)?),
        };
    }
    Ok(())
}

fn followed(url: &Url, link: &str) -> Result<Url, Failure> {
    match url.join(link) {
        // With a user it would be sent with a password of somebody else's choice beside the token.
        Ok(next) if next.origin() == url.origin() && !names_user(&next) => Ok(next),
        _ => Err(Failure::Service(Box::new(ServiceFailure {
            message: format!("the next page is not at {}, to which the token goes", url.authority()),
            next_step: "ask for that page by its own address, if you trust it".to_owned(),
            mender: Mender::Security,
            status: None,
        }))),
    }
}

fn url(text: &str) -> Result<Url, Failure> {
    let usage = |why: &str| Failure::Usage {
        message: format!("the address cannot be used: {why}"),
        next_step: "give an address with https:// and a host",
    };
    let url = Url::parse(text).map_err(|cause| usage(&cause.to_string()))?;
    if url.scheme() != "https" {
        return Err(usage("a token is sent by https only"));
    }
    if names_user(&url) { Err(usage("it names a user")) } else { Ok(url) }
}

fn names_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// The same path and query at another address.
fn moved(from: &Url, to: &str) -> Result<Url, Failure> {
    let mut url = url(to)?;
    url.set_path(from.path());
    url.set_query(from.query());
    Ok(url)
}

/// Whether a service of storage is asked: by what the host is known for, or by what the token is for.
fn is_storage(known: Option<&str>, resource: &str) -> bool {
    [known, Some(resource.trim_end_matches('/'))].contains(&Some(audience::STORAGE))
}

/// For what the token has to be, where the host is known for this; nothing where nobody has said that it may have it.
fn resource(url: &Url, known: Option<&str>, arguments: &RequestArguments) -> Result<String, Failure> {
    let host = url.host_str().unwrap_or_default();
    let is_named = |it: &str| it.eq_ignore_ascii_case(host) || it.eq_ignore_ascii_case(url.authority());
    let is_trusted = arguments.dangerous_trust_host.as_deref().is_some_and(is_named);
    match (&arguments.resource, known) {
        (Some(resource), Some(_)) => Ok(resource.clone()),
        (Some(resource), None) if is_trusted => Ok(resource.clone()),
        (None, Some(known)) => Ok(known.to_owned()),
        _ => Err(Failure::Usage {
            message: format!("{host} is not known to be a host of Azure, so it gets no token"),
            next_step: "check the address; for a service of your own give --resource and --dangerous-trust-host",
        }),
    }
}

fn prepared(request: RequestBuilder, arguments: &RequestArguments, content: Option<&[u8]>) -> RequestBuilder {
    let names_type = arguments.headers.iter().any(|(name, _)| *name == CONTENT_TYPE);
    let request = arguments.headers.iter().fold(request, |request, (name, value)| request.header(name, value));
    match content {
        None => request,
        Some(content) if names_type => request.body(content.to_vec()),
        Some(content) => request.header(CONTENT_TYPE, JSON).body(content.to_vec()),
    }
}

async fn answer(request: RequestBuilder) -> reqwest::Result<Answer> {
    let response: Response = request.send().await?;
    let status = response.status().as_u16();
    Ok(Answer { status, body: response.bytes().await?.to_vec() })
}

fn succeeded(url: &Url, answer: &Answer) -> Result<(), Failure> {
    let status = answer.status;
    let next_step = match status {
        200..=299 => return Ok(()),
        300..=399 => {
            "ask at the address that it names; redirects are not followed, since they could lead the token away"
        }
        401 => {
            "compare the audience (token --show claims) with the one that the service wants; name it with --resource"
        }
        403 => "give the identity a role that allows this, on this resource or above, then wait some minutes",
        404 => "check the path and the api-version",
        429 | 500..=599 => "try again later",
        _ => "see what the answer says",
    };
    Err(Failure::Service(Box::new(ServiceFailure {
        message: format!("{} answered {status}", url.authority()),
        next_step: next_step.to_owned(),
        mender: Mender::Service,
        status: Some(status),
    })))
}

fn unanswered(url: &Url, cause: &reqwest::Error) -> Failure {
    Failure::Service(Box::new(ServiceFailure {
        message: format!("no answer from {}: {}", url.authority(), innermost(cause)),
        next_step: "check the name, the firewall and HTTPS_PROXY".to_owned(),
        mender: Mender::Host,
        status: None,
    }))
}
