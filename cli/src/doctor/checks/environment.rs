//! Variables of credentials: half of them, and those that mean another identity.

use managed_identity_core::{Note, SourceKind};

use crate::doctor::facts::{Facts, SourceFacts, TokenFacts, Variables};
use crate::doctor::finding::{Check, Finding};
use crate::mender::Mender;

/// What proves a service principal, together with the tenant and the client id.
const PROOFS: [&str; 2] = ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH"];

pub(super) fn check(facts: &Facts) -> Finding {
    let variables = &facts.variables;
    if let Some(finding) = service_principal(variables, facts) {
        return finding;
    }
    if let (Some(id), TokenFacts::Failed(problem)) = (&facts.client_id, &facts.token)
        && problem.missing_identity
    {
        return Check::Environment.failed(
            Mender::Caller,
            format!("the identity of client id {id} was asked for, and there is none of that id here"),
            "correct the id in AZURE_CLIENT_ID or --client-id, leave it out for the system-assigned identity, or assign the \
             identity to where this runs",
        );
    }
    let is_unused = match &facts.source {
        SourceFacts::Found { notes, .. } => notes.contains(&Note::UnusedClientId),
        SourceFacts::Chain { .. } | SourceFacts::Unusable(_) => false,
    };
    if is_unused {
        return Check::Environment.warning(
            "AZURE_CLIENT_ID is set: many programs then ask for that identity, this one only with --identity-from-env",
            "unset it if the system-assigned identity is meant, or see that an identity of this id is assigned here",
        );
    }
    if variables.has("KUBERNETES_SERVICE_HOST") && !variables.has("AZURE_FEDERATED_TOKEN_FILE") {
        return Check::Environment.warning(
            "this is a pod without the variables of workload identity",
            "if it should have one: label the pod azure.workload.identity/use: \"true\", annotate its service account with \
             the client id, and make the pod anew",
        );
    }
    Check::Environment.ok("nothing in it contradicts the source")
}

fn service_principal(variables: &Variables, facts: &Facts) -> Option<Finding> {
    let proof = PROOFS.into_iter().find(|name| variables.has(name))?;
    let missing: Vec<_> = ["AZURE_TENANT_ID", "AZURE_CLIENT_ID"].into_iter().filter(|it| !variables.has(it)).collect();
    if !missing.is_empty() {
        return Some(Check::Environment.warning(
            format!("{proof} is set without {}: half a service principal, which is passed over", missing.join(" and ")),
            "set the rest of it, or unset it",
        ));
    }
    let is_meant = match &facts.source {
        SourceFacts::Chain { .. } => true,
        SourceFacts::Found { kind, .. } => kind.is_authority() && *kind != SourceKind::WorkloadIdentity,
        SourceFacts::Unusable(_) => false,
    };
    (!is_meant).then(|| {
        Check::Environment.warning(
            format!("a service principal is set ({proof}): programs that try a chain of credentials take it first"),
            "unset it where the managed identity is meant",
        )
    })
}
