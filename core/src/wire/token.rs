//! Judges an answer of a success status: a token, or what is wrong with it.

use alloc::borrow::Cow;
use alloc::string::{String, ToString as _};
use core::time::Duration;

use super::document::{Document, Json};
use super::expiry::{Expiry, expiry, seconds};
use super::message::HttpResponse;
use super::refusal;
use super::words::{MOST_OF_A_TEXT, content, shown};
use crate::error::InvalidResponse;
use crate::kind::SourceKind;
use crate::values::{AccessToken, Identity, Secret, TokenIdentity, TokenParts, TokenRequest, UnixTime};

/// What was asked for, and of whom.
pub(crate) struct Asked<'a> {
    pub(crate) request: &'a TokenRequest,
    pub(crate) source: SourceKind,
    /// The client id that stands for the system-assigned identity where the environment names one.
    pub(crate) default_client_id: Option<&'a str>,
    /// Texts that were sent to the peer and must not come back in anything that is shown.
    pub(crate) secrets: [&'a str; 2],
}

/// Reads the token out of an answer with a success status. What is shown of the rest must not show the token or what was
/// sent, so a peer that puts a secret there is not believed about it.
pub(crate) fn token(response: &HttpResponse, now: UnixTime, asked: &Asked<'_>) -> Result<AccessToken, InvalidResponse> {
    let document = match Json::read(response.body()) {
        Json::Document(document) => document,
        other => return Err(InvalidResponse::NotAnObject { found: content(response, &other, &asked.secrets) }),
    };
    let Some(secret) = document.text("access_token") else {
        let said = refusal::words(response, &asked.secrets);
        return Err(InvalidResponse::NoAccessToken { said });
    };
    // Looking at all bytes of a token, eight or more at a time, takes less time than stopping at the first illegal one.
    if !secret.bytes().fold(true, |legal, byte| legal & byte.is_ascii_graphic()) {
        let found = secret.bytes().find(|byte| !byte.is_ascii_graphic()).map_or("", illegal);
        return Err(InvalidResponse::IllegalAccessToken { found });
    }
    let Expiry { expires_on, clock_ahead_by } = expiry(&document, now)?;
    let refresh_on = match seconds(document.value("refresh_in")) {
        Some(Ok(seconds)) => Some(now.saturating_add(Duration::from_secs(seconds))),
        _ => None,
    };
    let [first, second] = asked.secrets;
    let secrets = [first, second, secret];
    let told = Told::of(&document);
    told.check(asked, &secrets)?;
    let resource = document.text("resource").unwrap_or(asked.request.resource());
    if !same_resource(resource, asked.request.resource()) {
        return Err(InvalidResponse::OtherResource { told: shown(resource, MOST_OF_A_TEXT, &secrets) });
    }
    let shows_no_secret = |text: &&str| {
        let mut hidden = secrets.iter().filter(|hidden| !hidden.is_empty());
        !hidden.any(|hidden| text.contains(hidden)) && !text.contains(char::is_control)
    };
    let id =
        |told: Option<&str>| told.filter(shows_no_secret).filter(|text| text.len() <= MOST_OF_A_TEXT).map(String::from);
    Ok(AccessToken::from(TokenParts {
        secret: Secret::from(secret),
        token_type: match document.text("token_type").filter(shows_no_secret) {
            None | Some("Bearer") => Cow::Borrowed("Bearer"),
            Some(other) => Cow::Owned(other.to_string()),
        },
        resource: resource.to_string(),
        expires_on,
        refresh_on,
        source: asked.source,
        identity: TokenIdentity {
            client_id: id(told.client_id),
            object_id: id(told.object_id),
            resource_id: id(told.resource_id),
        },
        clock_ahead_by,
    }))
}

/// Reads the assertion out of an answer with a success status, in this member.
#[cfg(feature = "chain")]
pub(crate) fn assertion(
    response: &HttpResponse,
    member: &'static str,
    secrets: &[&str],
) -> Result<Secret, InvalidResponse> {
    let document = match Json::read(response.body()) {
        Json::Document(document) => document,
        other => return Err(InvalidResponse::NotAnObject { found: content(response, &other, secrets) }),
    };
    match document.text(member) {
        Some(text) if text.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(Secret::from(text)),
        _ => Err(InvalidResponse::NoAssertion { member, said: refusal::words(response, secrets) }),
    }
}

/// What a byte is that no token has, in words.
pub(crate) const fn illegal(byte: u8) -> &'static str {
    match byte {
        b' ' => "a blank",
        b'\r' | b'\n' => "a line break",
        0..0x20 | 0x7f => "a control character",
        _ => "a character beyond ASCII",
    }
}

/// The identity as the answer tells it.
struct Told<'a> {
    client_id: Option<&'a str>,
    object_id: Option<&'a str>,
    resource_id: Option<&'a str>,
}

impl<'a> Told<'a> {
    fn of(document: &'a Document<'_>) -> Self {
        Self {
            client_id: document.first_text(&["client_id", "clientid"]),
            object_id: document.first_text(&["object_id", "principal_id"]),
            resource_id: document.first_text(&["msi_res_id", "mi_res_id"]),
        }
    }

    /// A token of another identity than the one that was asked for is none of the caller's. Azure Arc's agent must confirm
    /// a user-assigned identity: one that is too old to know them ignores the request for one, and answers with the
    /// system-assigned identity's token.
    fn check(&self, asked: &Asked<'_>, secrets: &[&str]) -> Result<(), InvalidResponse> {
        let (told, wanted) = match (asked.request.identity(), asked.default_client_id) {
            (Identity::SystemAssigned, None) => return Ok(()),
            (Identity::SystemAssigned, Some(id)) => (self.client_id, id),
            (Identity::ClientId(id), _) => (self.client_id, id.as_str()),
            (Identity::ObjectId(id), _) => (self.object_id, id.as_str()),
            (Identity::ResourceId(id), _) => (self.resource_id, id.as_str()),
        };
        let alike = |told: &str| told.trim_matches('/').eq_ignore_ascii_case(wanted.trim().trim_matches('/'));
        match told {
            Some(told) if alike(told.trim()) => Ok(()),
            _ if asked.source == SourceKind::AzureArc => Err(InvalidResponse::IdentityNotConfirmed),
            Some(told) => Err(InvalidResponse::OtherIdentity { told: shown(told, MOST_OF_A_TEXT, secrets) }),
            None => Ok(()),
        }
    }
}

/// Upper and lower case, and slashes at the end, make no difference: services tell a resource in their own spelling.
fn same_resource(told: &str, asked: &str) -> bool {
    told.trim().trim_end_matches('/').eq_ignore_ascii_case(asked.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::{Asked, token};
    use crate::error::InvalidResponse;
    use crate::kind::SourceKind;
    use crate::values::{AccessToken, Identity, TokenRequest, UnixTime};
    use crate::wire::HttpResponse;

    fn read(members: &str, identity: Identity, source: SourceKind) -> Result<AccessToken, InvalidResponse> {
        let body = alloc::format!(r#"{{"access_token":"token-1","expires_in":60{members}}}"#);
        let request = TokenRequest::for_resource("https://asked.net").unwrap().with_identity(identity);
        let default_client_id = (source == SourceKind::MachineLearning).then_some("default");
        let asked = Asked { request: &request, source, default_client_id, secrets: ["", "hunter2"] };
        token(&HttpResponse::new(200, body.into_bytes()), UnixTime::default(), &asked)
    }

    fn as_system(members: &str) -> Result<AccessToken, InvalidResponse> {
        read(members, Identity::SystemAssigned, SourceKind::Imds)
    }

    #[test]
    fn a_token_tells_whose_it_is() {
        let token = as_system(r#","Client_Id":"c","object_id":"o","mi_res_id":"/r","msi_res_id":"""#).unwrap();
        let identity = token.identity();
        assert_eq!(identity.client_id.as_deref(), Some("c"));
        assert_eq!((identity.object_id.as_deref(), identity.resource_id.as_deref()), (Some("o"), Some("/r")));
        assert!(!identity.is_unknown() && as_system("").unwrap().identity().is_unknown());
    }

    #[test]
    fn a_token_of_another_identity_is_refused() {
        let id = "ab-1";
        for (identity, members) in [
            (Identity::client_id(id), ["client_id", "clientId"]),
            (Identity::object_id(id), ["object_id", "principal_id"]),
            (Identity::resource_id(id), ["msi_res_id", "mi_res_id"]),
        ] {
            for source in [SourceKind::AppService, SourceKind::Imds] {
                for member in members {
                    let told = |id: &str| read(&alloc::format!(r#","{member}":"{id}""#), identity.clone(), source);
                    assert!(told("AB-1").is_ok() && told(" /ab-1/ ").is_ok() && told("").is_ok());
                    let refused = told("ab-2").unwrap_err();
                    assert_eq!(refused, InvalidResponse::OtherIdentity { told: Some("ab-2".to_string()) });
                }
            }
            assert!(read("", identity.clone(), SourceKind::Imds).is_ok());
            let silent = read("", identity, SourceKind::AzureArc).unwrap_err();
            assert_eq!(silent, InvalidResponse::IdentityNotConfirmed);
        }
        let default = |id: &str| {
            let members = alloc::format!(r#","client_id":"{id}""#);
            read(&members, Identity::SystemAssigned, SourceKind::MachineLearning)
        };
        assert!(default("default").is_ok() && default("another").is_err());
    }

    #[test]
    fn a_token_for_another_resource_is_refused() {
        for told in ["https://asked.net", "HTTPS://ASKED.NET/", " https://asked.net// ", ""] {
            assert!(as_system(&alloc::format!(r#","resource":"{told}""#)).is_ok(), "{told}");
        }
        for (told, shown) in [
            ("https://asked.net/x", "https://asked.net/x"),
            ("for hunter2", "for [redacted]"),
            ("token-1", "[redacted]"),
        ] {
            let refused = as_system(&alloc::format!(r#","resource":"{told}""#)).unwrap_err();
            assert_eq!(refused, InvalidResponse::OtherResource { told: Some(shown.to_string()) });
        }
    }

    #[test]
    fn nothing_is_taken_from_a_peer_that_hides_a_secret_in_it() {
        for hidden in ["token-1", "hunter2", "\\u001b[2J"] {
            let members =
                alloc::format!(r#","token_type":"{hidden}","client_id":"for {hidden}","object_id":"{hidden}""#);
            let found = as_system(&members).unwrap();
            assert_eq!(found.token_type(), "Bearer");
            assert!(found.identity().is_unknown(), "{:?}", found.identity());
        }
    }

    #[test]
    fn what_is_illegal_in_a_token_is_named() {
        for (token, found) in [
            ("a b", "a blank"),
            ("a\\r\\nb", "a line break"),
            ("a\\tb", "a control character"),
            ("\u{e9}", "a character beyond ASCII"),
        ] {
            let refused = as_system(&alloc::format!(r#","access_token":"{token}""#)).unwrap_err();
            assert_eq!(refused, InvalidResponse::IllegalAccessToken { found });
        }
    }
}
