//! What a service says no with, and what to do about it.

use azure_core::error::ErrorKind;
use managed_identity_core::Error;
use serde_json::Value;

use super::last_answer::LastAnswer;
use crate::cause::causes;
use crate::claims::Claims;
use crate::credential::Credential;
use crate::failure::{Failure, ServiceFailure};
use crate::mender::Mender;

/// A service that was asked, and what it wants.
pub(super) struct Service<'a> {
    /// What it is, such as `the vault https://myvault.vault.azure.net`.
    pub(super) name: String,
    /// What it is a part of, where roles are given.
    pub(super) scope: &'static str,
    /// The role that lets one in.
    pub(super) role: &'static str,
    /// The resource of its tokens.
    pub(super) resource: &'static str,
    pub(super) credential: &'a Credential,
    /// What it has said last, to whoever asks it for this program.
    pub(super) last_answer: LastAnswer,
}

/// What the answer's document says.
#[derive(Default)]
struct Said {
    code: Option<String>,
    reason: Option<String>,
    message: String,
}

impl Service<'_> {
    /// Why the SDK's client failed.
    pub(super) fn failure(&self, error: &azure_core::Error) -> Failure {
        // What the credential said is wrapped by the SDK, once or more.
        if let Some(error) = causes(error).find_map(|cause| cause.downcast_ref::<Error>()) {
            return Failure::from(error.clone());
        }
        match error.kind() {
            ErrorKind::HttpResponse { status, error_code, raw_response } => {
                let body = raw_response.as_ref().map(|it| it.body().as_ref()).unwrap_or_default();
                let mut said = said(body);
                // In place of a code that it does not find, the SDK gives the status.
                said.code = said.code.or_else(|| error_code.clone().filter(|code| *code != status.to_string()));
                self.refused(u16::from(*status), &said)
            }
            ErrorKind::Connection | ErrorKind::Io => told(
                Mender::Host,
                None,
                format!("no answer from {}: {}", self.name, innermost(error)),
                "check the name, which is wrong if it cannot be found; then firewall, private endpoint and HTTPS_PROXY"
                    .to_owned(),
            ),
            _ => told(
                Mender::Service,
                None,
                format!("{} gave nothing that can be used: {}", self.name, innermost(error)),
                "see with --verbose what was asked".to_owned(),
            ),
        }
    }

    /// That a secret came without its value.
    pub(super) fn without_value(&self, secret: &str) -> Failure {
        let message = format!("{} gave the secret {secret} without a value", self.name);
        told(Mender::Service, None, message, "see with secret show --output json what it is".to_owned())
    }

    /// That the time is over.
    pub(super) fn late(&self) -> Failure {
        // Others than these the client of the SDK does not ask again for.
        if let Some(status @ (408 | 429 | 500..=599)) = self.last_answer.status() {
            let message = format!("{} answered {status} until the time was over", self.name);
            let next_step = "try again later, or with a longer --timeout".to_owned();
            return told(Mender::Service, Some(status), message, next_step);
        }
        let message = format!("{} gave no answer in time", self.name);
        told(Mender::Host, None, message, "try again, with a longer --timeout or with --verbose to see why".to_owned())
    }

    fn refused(&self, status: u16, said: &Said) -> Failure {
        let code = said.reason.as_deref().or(said.code.as_deref()).unwrap_or_default();
        let next_step = match (status, code) {
            (401, _) => format!(
                "see with token --resource {} --show claims whether tenant and cloud are those of the service",
                self.resource
            ),
            (403, "ForbiddenByFirewall" | "ForbiddenByConnection" | "AuthorizationFailure") => {
                format!("have the network rules of {} let this machine in, or go by its private endpoint", self.scope)
            }
            (403, "ForbiddenByPolicy") => {
                format!("add an access policy with the permissions get and list for {} to {}", self.who(), self.scope)
            }
            (403, "SecretDisabled") => "have the secret enabled, or name another version".to_owned(),
            (403, _) => format!(
                "give {} the role \"{}\" on {}, then wait some minutes: az role assignment create --role \"{}\" \
                 --assignee-object-id OBJECT_ID --scope RESOURCE_ID",
                self.who(),
                self.role,
                self.scope,
                self.role
            ),
            (404, "SecretNotFound") => {
                "see the names with secret list; a deleted secret has to be recovered".to_owned()
            }
            (429 | 500..=599, _) => "try again later".to_owned(),
            _ => "see with --verbose what was asked".to_owned(),
        };
        let code = if code.is_empty() { String::new() } else { format!(" {code}") };
        let message = if said.message.is_empty() { String::new() } else { format!(": {}", said.message) };
        let message = format!("{} answered {status}{code}{message}", self.name);
        told(Mender::Service, Some(status), message, next_step)
    }

    /// Whose token it was, as far as it says so.
    fn who(&self) -> String {
        let token = self.credential.token(self.resource).ok();
        let claims = token.and_then(|token| Claims::of(token.secret()));
        let id = claims.as_ref().and_then(|claims| claims.text("oid"));
        id.map_or_else(|| "the identity".to_owned(), |id| format!("the identity of object id {id}"))
    }
}

fn told(mender: Mender, status: Option<u16>, message: String, next_step: String) -> Failure {
    Failure::Service(Box::new(ServiceFailure { message, next_step, mender, status }))
}

/// Reads an error document in the JSON of Key Vault or the XML of Storage.
fn said(body: &[u8]) -> Said {
    if let Ok(document) = serde_json::from_slice::<Value>(body) {
        let error = &document["error"];
        let text = |value: &Value| value.as_str().map(str::to_owned);
        return Said {
            code: text(&error["code"]),
            reason: text(&error["innererror"]["code"]),
            message: presentable(error["message"].as_str().unwrap_or_default()),
        };
    }
    let text = String::from_utf8_lossy(body);
    let element = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        Some(rest.split_once(&format!("</{name}>"))?.0.to_owned())
    };
    let detail = element("AuthenticationErrorDetail").map(|it| format!(" {it}")).unwrap_or_default();
    let message = element("Message").unwrap_or_default();
    Said { code: element("Code"), reason: None, message: presentable(&format!("{message}{detail}")) }
}

/// The first line of a text of a peer, as long as people read.
fn presentable(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().filter(|it| !it.is_control()).take(300).collect()
}

/// The innermost cause, which is the one that says something.
fn innermost(error: &azure_core::Error) -> String {
    presentable(&causes(error).last().map(ToString::to_string).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn both_kinds_of_error_documents_are_read() {
        let json = r#"{"error":{"code":"Forbidden","message":"Caller is not authorized\nmore","innererror":{"code":"ForbiddenByRbac"}}}"#;
        let xml = "\u{feff}<?xml version=\"1.0\"?><Error><Code>AuthorizationFailure</Code><Message>No.\nRequestId:1</Message></Error>";
        let read = |body: &str| {
            let said = said(body.as_bytes());
            (said.code.unwrap_or_default(), said.reason.unwrap_or_default(), said.message)
        };
        assert_eq!(read(json), ("Forbidden".into(), "ForbiddenByRbac".into(), "Caller is not authorized".into()));
        assert_eq!(read(xml), ("AuthorizationFailure".into(), String::new(), "No.".into()));
        assert_eq!(read("<html>"), (String::new(), String::new(), String::new()));
    }
}
