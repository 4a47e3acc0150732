//! An exec plugin of Kubernetes clients.
//!
//! <https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins>

use std::env;

use serde::{Deserialize, Serialize};

use super::arguments::KubectlArguments;
use super::tokens::token;
use crate::failure::Failure;
use crate::json::json_line;
use crate::output::print;
use crate::time::date;

/// By which the client says what it wants.
const VARIABLE: &str = "KUBERNETES_EXEC_INFO";
const V1: &str = "client.authentication.k8s.io/v1";
const V1_BETA: &str = "client.authentication.k8s.io/v1beta1";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    api_version: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExecCredential<'a> {
    api_version: &'static str,
    kind: &'static str,
    status: Status<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Status<'a> {
    token: &'a str,
    expiration_timestamp: String,
}

pub(super) fn execute(arguments: &KubectlArguments) -> Result<(), Failure> {
    let asked = env::var(VARIABLE).unwrap_or_default();
    let api_version = api_version(&asked).ok_or_else(|| Failure::Usage {
        message: format!("{VARIABLE} asks for another version than {V1} and {V1_BETA}"),
        next_step: "set apiVersion: client.authentication.k8s.io/v1 in the kubeconfig",
    })?;
    let token = token(&arguments.credential, &arguments.server_id)?;
    let status = Status { token: token.secret(), expiration_timestamp: date(token.expires_on()) };
    print(json_line(&ExecCredential { api_version, kind: "ExecCredential", status }).as_bytes())
}

/// The version to answer in: the one that is asked for. Old clients say nothing and mean the beta.
fn api_version(asked: &str) -> Option<&'static str> {
    if asked.is_empty() {
        return Some(V1_BETA);
    }
    let asked: Asked = serde_json::from_str(asked).ok()?;
    [V1, V1_BETA].into_iter().find(|it| *it == asked.api_version)
}

#[cfg(test)]
mod tests {
    use super::{V1, V1_BETA, api_version};

    #[test]
    fn the_answer_is_of_the_version_that_is_asked_for() {
        for (asked, expected) in [
            ("", Some(V1_BETA)),
            (r#"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{}}"#, Some(V1)),
            (r#"{"apiVersion":"client.authentication.k8s.io/v1beta1"}"#, Some(V1_BETA)),
            (r#"{"apiVersion":"client.authentication.k8s.io/v1alpha1"}"#, None),
            ("{", None),
        ] {
            assert_eq!(api_version(asked), expected, "{asked}");
        }
    }
}
