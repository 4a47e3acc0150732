//! Why a plug-in gets no token that the host could give it.

use core::time::Duration;

use managed_identity_core::Identity;

use crate::policy::Rate;

/// Why a plug-in gets no token that the host could give it. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Its policy does not name this resource.
    #[error("the host gives this plug-in no token for {resource}")]
    Resource {
        /// The resource, without `/.default`.
        resource: String,
    },
    /// Its policy does not name this identity.
    #[error("the host gives this plug-in no token of {}", named(identity))]
    Identity {
        /// The identity that was asked for.
        identity: Identity,
    },
    /// The request has an option that is the host's to choose.
    #[error("the host does not take the option {option} from a plug-in")]
    Option {
        /// Its name in the interface.
        option: &'static str,
    },
    /// It has asked too often.
    #[error("the host gives this plug-in {rate}, and it has had them")]
    TooManyTokens {
        /// How often it may.
        rate: Rate,
        /// When the next one can be had.
        wait: Duration,
    },
    /// It has rejected too many tokens.
    #[error("the host replaces {rate} that this plug-in rejects, and has done so")]
    TooManyRejections {
        /// How often it may.
        rate: Rate,
        /// When the next one can be rejected.
        wait: Duration,
    },
    /// A text is longer than any that means something; it is not looked at.
    #[error("the {what} in the request has {bytes} bytes, more than the host looks at")]
    TooLong {
        /// What it is.
        what: &'static str,
        /// How long it is.
        bytes: usize,
    },
    /// The loan was taken back.
    #[error("the host lends this plug-in no tokens any more")]
    Revoked,
}

impl Refusal {
    /// What can be done about it, and by whom.
    #[must_use]
    pub fn next_step(&self) -> String {
        match self {
            Self::Resource { resource } => {
                format!("have {resource} added to the resources of the plug-in's policy if it is really needed")
            }
            Self::Identity { .. } => "ask for the system-assigned identity, which stands for the one that the host \
                                      chose, or have this one added to the identities of the plug-in's policy"
                .to_owned(),
            Self::Option { option: "force-refresh" } => {
                "leave it out: tokens are renewed in time. Name a token that was rejected in rejected-token".to_owned()
            }
            Self::Option { .. } => {
                "leave it at its default. How long to wait at most can be said by time-budget".to_owned()
            }
            Self::TooManyTokens { wait, .. } => {
                format!("keep a token until it expires; ask again in {}", seconds(*wait))
            }
            Self::TooManyRejections { wait, .. } => {
                let wait = seconds(*wait);
                format!("find out why the resource rejects tokens: another one seldom helps. Ask again in {wait}")
            }
            Self::TooLong { .. } => "name one resource, and one identity by its id".to_owned(),
            Self::Revoked => "end: the host is shutting down, or has withdrawn the plug-in's permission".to_owned(),
        }
    }

    /// Whether the same request may succeed later without anyone changing anything.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::TooManyTokens { .. } | Self::TooManyRejections { .. })
    }
}

fn named(identity: &Identity) -> String {
    match identity {
        Identity::SystemAssigned => "the system-assigned identity".to_owned(),
        Identity::ClientId(id) => format!("the identity with the client id {id}"),
        Identity::ObjectId(id) => format!("the identity with the object id {id}"),
        Identity::ResourceId(id) => format!("the identity {id}"),
    }
}

/// In whole seconds, rounded up.
fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs() + u64::from(duration.subsec_nanos() > 0))
}
