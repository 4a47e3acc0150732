//! The secrets of a vault, with their versions.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::random;
use crate::token::seconds_since_1970;

/// One version of a secret.
pub(super) struct Version {
    pub(super) id: String,
    pub(super) value: String,
    created: u64,
}

impl Version {
    /// The part of an answer that says when it was made and whether it is in use.
    fn attributes(&self) -> Value {
        json!({
            "enabled": true,
            "created": self.created,
            "updated": self.created,
            "recoveryLevel": "Recoverable+Purgeable",
            "recoverableDays": 90,
        })
    }

    /// The secret itself.
    pub(super) fn bundle(&self, base_url: &str, name: &str) -> Value {
        let id = format!("{base_url}/secrets/{name}/{}", self.id);
        json!({ "value": self.value, "id": id, "attributes": self.attributes(), "tags": {} })
    }

    /// What a list has of it, which is never its value.
    pub(super) fn item(&self, id: &str) -> Value {
        json!({ "id": id, "attributes": self.attributes(), "tags": {} })
    }
}

/// By name, the versions of each secret, the oldest first and never none.
#[derive(Default)]
pub(super) struct Secrets(BTreeMap<String, Vec<Version>>);

impl Secrets {
    pub(super) fn new(secrets: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut all = Self::default();
        for (name, value) in secrets {
            let version = Version { id: random::hex(16), value, created: seconds_since_1970() };
            all.0.entry(name).or_default().push(version);
        }
        all
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &str> {
        self.0.values().flatten().map(|version| version.value.as_str())
    }

    /// A version of a secret; the newest where none is named.
    pub(super) fn find(&self, name: &str, id: Option<&str>) -> Option<&Version> {
        let versions = self.versions(name)?;
        match id {
            Some(id) => versions.iter().find(|version| version.id == id),
            None => versions.last(),
        }
    }

    pub(super) fn versions(&self, name: &str) -> Option<&[Version]> {
        self.0.get(name).map(Vec::as_slice)
    }

    /// Each secret's newest version.
    pub(super) fn newest(&self) -> impl Iterator<Item = (&str, &Version)> {
        self.0.iter().filter_map(|(name, versions)| Some((name.as_str(), versions.last()?)))
    }
}
