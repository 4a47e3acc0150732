//! What the environment says and the chosen source does not use.

use alloc::vec::Vec;

use super::environment::{Environment, HostFacts};
use super::source::Source;
use super::variables::{needed, used};
use crate::error::Note;
use crate::kind::{AgentFile, Platform, SourceKind};

/// The sources that are found by several variables, and for each those that point at it.
const SIGNS: [(SourceKind, &[&str]); 5] = [
    (SourceKind::ServiceFabric, &["IDENTITY_SERVER_THUMBPRINT"]),
    (SourceKind::AppService, &["IDENTITY_ENDPOINT", "IDENTITY_HEADER"]),
    (SourceKind::MachineLearning, &["MSI_SECRET"]),
    (SourceKind::AzureArc, &["IDENTITY_ENDPOINT", "IMDS_ENDPOINT"]),
    (SourceKind::WorkloadIdentity, &["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE"]),
];

/// The source with a note of each thing that points elsewhere.
pub(super) fn noted(source: Source, environment: &Environment, facts: HostFacts) -> Source {
    let used = used(source.kind());
    let half_configured = SIGNS.iter().filter_map(|&(source_kind, signs)| {
        let set: Vec<&str> = signs.iter().copied().filter(|name| environment.var(name).is_some()).collect();
        let missing = environment.missing(needed(source_kind));
        // An id alone may be there for many reasons.
        let points = set.iter().any(|name| !used.contains(name) && *name != "AZURE_CLIENT_ID");
        (points && !missing.is_empty()).then_some(Note::HalfConfigured { source_kind, set, missing })
    });
    let mut notes: Vec<Note> = half_configured.collect();
    let chooses_identity = matches!(
        source.kind(),
        SourceKind::AppService | SourceKind::AzureArc | SourceKind::Imds | SourceKind::MachineLearning
    );
    if chooses_identity && environment.var("AZURE_CLIENT_ID").is_some() {
        notes.push(Note::UnusedClientId);
    }
    let is_hidden = facts.arc_agent == AgentFile::NotPermitted && facts.platform != Platform::Other;
    if is_hidden && source.kind() == SourceKind::Imds && !source.is_proven() {
        notes.push(Note::AgentHidden);
    }
    source.with_notes(notes)
}
