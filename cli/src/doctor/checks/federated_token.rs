//! The file with the federated token of a pod.

use managed_identity_core::UnixTime;

use crate::claims::Claims;
use crate::doctor::facts::{Facts, UnusableFile};
use crate::doctor::finding::{Check, Finding};
use crate::mender::Mender;
use crate::time::{date, span};

/// How the audiences of all clouds begin.
const AUDIENCE: &str = "api://AzureADTokenExchange";

pub(super) fn check(facts: &Facts) -> Finding {
    let Some(file) = &facts.federated_token else {
        return Check::FederatedToken.not_applicable("AZURE_FEDERATED_TOKEN_FILE is not set");
    };
    let claims = match &file.content {
        Ok(claims) => claims,
        Err(why) => return unusable(&file.path, *why),
    };
    let what = described(claims);
    let expires_on = claims.seconds("exp").map(UnixTime::from_secs);
    if let Some(expires_on) = expires_on.filter(|it| *it <= facts.now) {
        let ago = span(facts.now.saturating_since(expires_on));
        return Check::FederatedToken.failed(
            Mender::Host,
            format!("the token in {} expired {ago} ago ({what})", file.path),
            "see that the volume with the token is renewed: restart the pod, see the kubelet's log, set the node's clock",
        );
    }
    if !claims.texts("aud").iter().any(|audience| audience.starts_with(AUDIENCE)) {
        return Check::FederatedToken.failed(
            Mender::Caller,
            format!("the token in {} is not made for Microsoft Entra ({what})", file.path),
            format!("project the service account's token with the audience {AUDIENCE}, as the webhook does"),
        );
    }
    Check::FederatedToken.ok(what)
}

fn described(claims: &Claims) -> String {
    let text = |name| claims.text(name).unwrap_or("nobody");
    let expires_on = claims.seconds("exp").map(|it| date(UnixTime::from_secs(it)));
    format!(
        "issuer {}, subject {}, audience {}, until {}",
        text("iss"),
        text("sub"),
        claims.texts("aud").join(" "),
        expires_on.as_deref().unwrap_or("no time")
    )
}

fn unusable(path: &str, why: UnusableFile) -> Finding {
    let (what, mend) = match why {
        UnusableFile::Missing => (
            "does not exist",
            "label the pod azure.workload.identity/use: \"true\" and make it anew, so that the webhook adds the volume",
        ),
        UnusableFile::NotPermitted => {
            ("may not be read by this user", "set fsGroup in the pod's securityContext, or run as the user who may")
        }
        UnusableFile::Unreadable => ("cannot be read", "see the volume that it is on"),
        UnusableFile::Empty => ("is empty", "restart the pod, and see the kubelet's log about the volume"),
        UnusableFile::NotAToken => {
            ("holds no JSON Web Token", "name the file of the projected service account token, not another one")
        }
    };
    Check::FederatedToken.failed(Mender::Host, format!("{path} {what}"), mend)
}
