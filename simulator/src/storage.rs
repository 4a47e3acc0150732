//! A minimal storage account: tells the names of its containers to whoever brings a valid token for it.
//!
//! <https://learn.microsoft.com/rest/api/storageservices/list-containers2>

use hyper::header::{CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use hyper::{Method, StatusCode};

use crate::answer::Answer;
use crate::request::Request;
use crate::token::TokenIssuer;

/// The audience of an account's tokens, which libraries ask for without the slash at its end and documents with it.
///
/// <https://learn.microsoft.com/azure/storage/blobs/authorize-access-azure-active-directory#microsoft-entra-resource-id>
const AUDIENCE: &str = "https://storage.azure.com";
const AUDIENCE_OF_DOCUMENTS: &str = "https://storage.azure.com/";

/// The most containers of a page, and as many as it has unless the client wants fewer.
const MOST: usize = 5000;

/// An account with its containers. Without any there is no account.
pub(crate) struct StorageAccount {
    base_url: String,
    containers: Vec<String>,
}

/// Why a request gets nothing.
struct Refusal(StatusCode, &'static str, &'static str);

impl StorageAccount {
    /// An account at this address, with containers of these names.
    pub(crate) fn new(base_url: String, mut containers: Vec<String>) -> Self {
        containers.sort();
        containers.dedup();
        Self { base_url, containers }
    }

    /// Its address; `None` when there is no account.
    pub(crate) fn url(&self) -> Option<&str> {
        (!self.containers.is_empty()).then_some(self.base_url.as_str())
    }

    /// The answer to `request` if it is one to the account. `authority` is where its clients get tokens.
    pub(crate) fn answer(&self, request: &Request, authority: &str, issuer: &TokenIssuer) -> Option<Answer> {
        self.url()?;
        let is_for_it = request.path == "/" && request.parameter("comp") == Some("list");
        is_for_it.then(|| self.granted(request, issuer).unwrap_or_else(|refusal| refusal.answer(authority, issuer)))
    }

    fn granted(&self, request: &Request, issuer: &TokenIssuer) -> Result<Answer, Refusal> {
        let_in(request, issuer)?;
        if request.method != Method::GET {
            return Err(Refusal(
                StatusCode::METHOD_NOT_ALLOWED,
                "UnsupportedHttpVerb",
                "containers can be listed only",
            ));
        }
        let invalid = |why| Refusal(StatusCode::BAD_REQUEST, "OutOfRangeQueryParameterValue", why);
        let take = match request.parameter("maxresults").map(str::parse) {
            None => MOST,
            Some(Ok(take @ 1..=MOST)) => take,
            Some(_) => return Err(invalid("maxresults must be between 1 and 5000")),
        };
        let marker = request.parameter("marker").unwrap_or_default();
        let prefix = request.parameter("prefix").unwrap_or_default();
        if ![marker, prefix].iter().all(|text| text.chars().all(is_legal)) {
            return Err(invalid("a marker or prefix has characters that no container's name has"));
        }
        let mut names = self.containers.iter().filter(|name| name.as_str() >= marker && name.starts_with(prefix));
        let page: Vec<_> = names.by_ref().take(take).collect();
        Ok(xml(StatusCode::OK, &self.page(&page, names.next().map_or("", String::as_str))))
    }

    fn page(&self, names: &[&String], next: &str) -> String {
        let container = |name: &&String| {
            let properties = "<Last-Modified>Thu, 01 Jan 2026 00:00:00 GMT</Last-Modified><Etag>\"0x1\"</Etag>\
                <LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState>";
            format!("<Container><Name>{name}</Name><Properties>{properties}</Properties></Container>")
        };
        let containers: String = names.iter().map(container).collect();
        let url = &self.base_url;
        format!(
            "<EnumerationResults ServiceEndpoint=\"{url}/\"><Containers>{containers}</Containers>\
             <NextMarker>{next}</NextMarker></EnumerationResults>"
        )
    }
}

/// Whether this can be the name of a container.
pub(crate) fn is_container_name(name: &str) -> bool {
    (3..=63).contains(&name.len()) && name.chars().all(is_legal)
}

fn is_legal(character: char) -> bool {
    matches!(character, 'a'..='z' | '0'..='9' | '-')
}

/// Whether the request brings a valid token for the account, in a version of the interface that takes tokens.
fn let_in(request: &Request, issuer: &TokenIssuer) -> Result<(), Refusal> {
    let token = request.header("authorization").and_then(|value| value.split_once(' '));
    let Some((_, token)) = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) else {
        let why = "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.";
        return Err(Refusal(StatusCode::UNAUTHORIZED, "NoAuthenticationInformation", why));
    };
    // Versions are dates, so they are in order as texts.
    if request.header("x-ms-version").is_none_or(|version| version < "2017-11-09") {
        let why =
            "Authentication information is not given in the correct format. Check the value of Authorization header.";
        return Err(Refusal(StatusCode::BAD_REQUEST, "InvalidAuthenticationInfo", why));
    }
    match issuer.verify(token, AUDIENCE).or_else(|_| issuer.verify(token, AUDIENCE_OF_DOCUMENTS)) {
        Ok(_) => Ok(()),
        Err(_) => {
            let why = "Server failed to authenticate the request. Issuer, audience or time of the token is not valid.";
            Err(Refusal(StatusCode::UNAUTHORIZED, "InvalidAuthenticationInfo", why))
        }
    }
}

impl Refusal {
    fn answer(self, authority: &str, issuer: &TokenIssuer) -> Answer {
        let Self(status, code, message) = self;
        let answer = xml(status, &format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>"));
        let tenant = issuer.tenant_id();
        let challenge =
            format!("Bearer authorization_uri={authority}/{tenant}/oauth2/authorize resource_id={AUDIENCE}");
        match HeaderValue::try_from(challenge) {
            Ok(challenge) if status == StatusCode::UNAUTHORIZED => answer.with_header(WWW_AUTHENTICATE, challenge),
            // A tenant and an address of legal characters only make a legal header.
            _ => answer,
        }
    }
}

fn xml(status: StatusCode, document: &str) -> Answer {
    Answer::new(status, format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>{document}"))
        .with_header(CONTENT_TYPE, HeaderValue::from_static("application/xml"))
}
