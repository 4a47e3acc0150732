//! What is told of a flow beside its error.

use alloc::borrow::ToOwned as _;
use alloc::boxed::Box;
use alloc::string::ToString as _;
use alloc::vec::Vec;

use super::recipe::Acquire;
use crate::error::{Evidence, Note, Stopped};
use crate::kind::IdentityKind;
use crate::values::{Identity, is_guid};

pub(super) fn evidence(acquire: &Acquire, attempts: u32, request_id: Option<&str>, stopped: Stopped) -> Box<Evidence> {
    let source = &acquire.source;
    Box::new(Evidence {
        source: source.kind(),
        reason: source.reason(),
        endpoint: source.endpoint().without_query().to_string(),
        attempts,
        request_id: request_id.map(str::to_owned),
        stopped,
        notes: notes(acquire),
    })
}

/// What detection noticed, as far as it matters to this request.
fn notes(acquire: &Acquire) -> Vec<Note> {
    let chosen = *acquire.request.identity() != Identity::SystemAssigned;
    let matters = |note: &&Note| !(chosen && **note == Note::UnusedClientId);
    acquire.source.notes().iter().filter(matters).cloned().collect()
}

/// A note where the identifier that is asked for cannot be one.
pub(super) fn not_guid(acquire: &Acquire) -> Option<Note> {
    let (id, identity) = match acquire.request.identity() {
        Identity::SystemAssigned => (acquire.source.default_client_id()?, IdentityKind::ClientId),
        Identity::ClientId(id) | Identity::ObjectId(id) => (id.as_str(), acquire.request.identity().kind()),
        Identity::ResourceId(_) => return None,
    };
    (!is_guid(id)).then_some(Note::NotGuid { identity })
}
