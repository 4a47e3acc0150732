//! The resources that a plug-in may have tokens for.

use std::collections::BTreeSet;

use managed_identity_core::{ConfigError, TokenRequest};
use serde::Deserialize;

/// The resources that a plug-in may have tokens for.
///
/// A scope is the same as its resource: `https://vault.azure.net/.default` and `https://vault.azure.net` are one entry,
/// whichever way the policy names it and whichever way the plug-in asks. A slash at the end makes another resource, since
/// the service tells the two apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct Resources(BTreeSet<String>);

impl Resources {
    /// None yet.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds one.
    ///
    /// # Errors
    /// [`ConfigError::EmptyResource`], [`ConfigError::SeveralScopes`].
    pub fn add(&mut self, resource: &str) -> Result<(), ConfigError> {
        self.0.insert(TokenRequest::for_resource(resource)?.resource().to_owned());
        Ok(())
    }

    /// Whether a resource as [`TokenRequest::resource`] tells it is among them.
    #[must_use]
    pub fn contains(&self, resource: &str) -> bool {
        self.0.contains(resource)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl TryFrom<Vec<String>> for Resources {
    type Error = ConfigError;

    fn try_from(list: Vec<String>) -> Result<Self, ConfigError> {
        let mut resources = Self::none();
        list.iter().try_for_each(|it| resources.add(it))?;
        Ok(resources)
    }
}
