//! What a plug-in may have and do.

mod error;
mod file_rule;
mod http_rule;
mod place;
mod rate;
mod resources;

use managed_identity_core::{ConfigError, Identity, SourceSettings};
use serde::Deserialize;

use crate::limits::Limits;

pub use error::PolicyError;
pub use file_rule::FileRule;
pub use http_rule::HttpRule;
pub use rate::Rate;
pub use resources::Resources;

/// What a plug-in may have and do. It starts with nothing.
///
/// Written in code, or read from any configuration that serde reads; a member that is not known is refused there. The
/// members are those of this struct, all of them optional; `docs/embedding-wasmtime.md` has an example of each.
///
/// ```
/// use managed_identity_wasmtime::Policy;
///
/// let policy: Policy = toml::from_str(r#"
///     resources = ["https://vault.azure.net/.default"]
///     tokens = { at_most = 60, per_seconds = 60 }
///
///     [[requests]]
///     method = "GET"
///     below = "https://contoso.vault.azure.net/secrets/"
/// "#)?;
/// assert!(policy.resources.contains("https://vault.azure.net"));
/// assert!(toml::from_str::<Policy>(r#"resource = "https://vault.azure.net""#).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Policy {
    /// The resources that the host lends tokens for.
    pub resources: Resources,
    /// The identities that the plug-in may name. One that names none has the system-assigned identity, which stands for
    /// the one that the host's client has; it needs no entry here.
    pub identities: Vec<Identity>,
    /// How many tokens it gets. Nothing: as many as it likes.
    pub tokens: Option<Rate>,
    /// How many tokens it may reject, each of which is one more request of the host. Five a minute unless told otherwise.
    pub rejections: Rate,
    /// The requests that it may send.
    pub requests: Vec<HttpRule>,
    /// The files that it may read.
    pub files: Vec<FileRule>,
    /// The source that it asks itself, for a plug-in that holds the client. Nothing: it holds none.
    pub source: Option<SourceSettings>,
    /// How much it may use.
    pub limits: Limits,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            resources: Resources::none(),
            identities: Vec::new(),
            tokens: None,
            rejections: Rate::per_minute(5),
            requests: Vec::new(),
            files: Vec::new(),
            source: None,
            limits: Limits::default(),
        }
    }
}

impl Policy {
    /// Nothing is allowed.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Lends tokens for one more resource, which may be named as a scope.
    ///
    /// # Errors
    /// Those of [`Resources::add`].
    pub fn resource(mut self, resource: &str) -> Result<Self, ConfigError> {
        self.resources.add(resource)?;
        Ok(self)
    }

    /// Lets the plug-in name one more identity.
    #[must_use]
    pub fn identity(mut self, identity: Identity) -> Self {
        self.identities.push(identity);
        self
    }

    /// Lets the plug-in have so many tokens.
    #[must_use]
    pub const fn tokens(mut self, rate: Rate) -> Self {
        self.tokens = Some(rate);
        self
    }

    /// Lets the plug-in reject so many tokens.
    #[must_use]
    pub const fn rejections(mut self, rate: Rate) -> Self {
        self.rejections = rate;
        self
    }

    /// Lets the plug-in send one more kind of request.
    #[must_use]
    pub fn request(mut self, rule: HttpRule) -> Self {
        self.requests.push(rule);
        self
    }

    /// Lets the plug-in read one more file.
    #[must_use]
    pub fn file(mut self, rule: FileRule) -> Self {
        self.files.push(rule);
        self
    }

    /// Lets the plug-in ask this source itself.
    #[must_use]
    pub fn source(mut self, source: SourceSettings) -> Self {
        self.source = Some(source);
        self
    }

    /// Lets the plug-in use so much.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}
