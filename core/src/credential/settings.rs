//! A source as one value of a configuration, for hosts and guests without environment variables.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Unexpected, Visitor};

use super::detect::detect;
use super::environment::{Environment, HostFacts};
use super::named::DetectionOptions;
use super::source::Source;
use crate::error::{ConfigError, presentable};
use crate::kind::SourceKind;
use crate::values::Secret;

/// Which source to ask, and where it is, as one value of a configuration: `"detect"`, or an object with the name of the source
/// and those of its members that the environment does not tell, or tells otherwise.
///
/// | source | members, each with the variable it stands for |
/// | --- | --- |
/// | `"app-service"` | `endpoint` (`IDENTITY_ENDPOINT`), `header` (`IDENTITY_HEADER`) |
/// | `"azure-arc"` | `endpoint` (`IDENTITY_ENDPOINT`), `key_directory` (`MANAGED_IDENTITY_KEY_DIRECTORY`) |
/// | `"cloud-shell"` | `endpoint` (`MSI_ENDPOINT`) |
/// | `"imds"` | `base` (`AZURE_POD_IDENTITY_AUTHORITY_HOST`) |
/// | `"machine-learning"` | `endpoint` (`MSI_ENDPOINT`), `secret` (`MSI_SECRET`), `default_client_id` (`DEFAULT_IDENTITY_CLIENT_ID`) |
/// | `"service-fabric"` | `endpoint` (`IDENTITY_ENDPOINT`), `header` (`IDENTITY_HEADER`), `thumbprint` (`IDENTITY_SERVER_THUMBPRINT`) |
/// | `"workload-identity"` | `tenant_id` (`AZURE_TENANT_ID`), `client_id` (`AZURE_CLIENT_ID`), `token_file` (`AZURE_FEDERATED_TOKEN_FILE`), `authority` (`AZURE_AUTHORITY_HOST`) |
///
/// ```
/// use managed_identity_core::{DetectionOptions, Environment, HostFacts, Platform, SourceSettings};
///
/// let settings: SourceSettings = serde_json::from_str(r#"{"source":"imds","base":"http://127.0.0.1:2579"}"#)?;
/// let (nothing, facts) = (Environment::default(), HostFacts::of(Platform::Linux));
/// let source = settings.source(&nothing, facts, DetectionOptions::default())?;
/// assert_eq!(source.endpoint().authority(), "127.0.0.1:2579");
///
/// let error = serde_json::from_str::<SourceSettings>(r#"{"source":"imds","header":"h"}"#).unwrap_err();
/// assert!(error.to_string().starts_with("imds has no header; it has base"));
/// let settings: SourceSettings = serde_json::from_str(r#"{"source":"app-service","header":"h"}"#)?;
/// let error = settings.source(&nothing, facts, DetectionOptions::default()).unwrap_err();
/// assert_eq!(error.to_string(), "App Service needs IDENTITY_ENDPOINT, which is not set");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SourceSettings {
    /// None: whichever is found.
    kind: Option<SourceKind>,
    /// The variables that the members stand for.
    variables: Vec<(&'static str, Secret)>,
}

impl SourceSettings {
    /// Those of a source that is named, and is otherwise as the environment says.
    #[must_use]
    pub const fn of(kind: SourceKind) -> Self {
        Self { kind: Some(kind), variables: Vec::new() }
    }

    /// The same, with one member more, by its name in the table above.
    ///
    /// # Errors
    /// [`UnknownMember`] when the source has no such member.
    pub fn with(mut self, member: &str, value: impl Into<Secret>) -> Result<Self, UnknownMember> {
        let unknown = || UnknownMember { kind: self.kind, member: member.to_owned() };
        let kind = self.kind.ok_or_else(unknown)?;
        let &(_, name) = members(kind).iter().find(|(known, _)| *known == member).ok_or_else(unknown)?;
        let value = value.into();
        // Azure Arc's endpoint counts where both variables of the agent are set.
        if kind == SourceKind::AzureArc && name == "IDENTITY_ENDPOINT" {
            self.variables.push(("IMDS_ENDPOINT", value.clone()));
        }
        self.variables.push((name, value));
        Ok(self)
    }

    /// The source that is meant. What the settings do not say is taken from the environment.
    ///
    /// # Errors
    /// Those of [`detect`] and of [`Source::named`]; a member that is missing is named by its variable.
    pub fn source(
        &self,
        environment: &Environment,
        facts: HostFacts,
        options: DetectionOptions,
    ) -> Result<Source, ConfigError> {
        let Some(kind) = self.kind else { return detect(environment, facts, options).map(|found| found.source) };
        Source::named(kind, &self.environment(environment), facts, options)
    }

    /// The environment with the variables that the settings stand for: what a guest has to see that finds the source by
    /// itself.
    #[must_use]
    pub fn environment(&self, environment: &Environment) -> Environment {
        let mut environment = environment.clone();
        for (name, value) in &self.variables {
            environment.set(name, value.clone());
        }
        environment
    }

    /// The source that is named; `None` where it is to be detected.
    #[must_use]
    pub const fn kind(&self) -> Option<SourceKind> {
        self.kind
    }

    /// Whether a member is given that nobody else should see: the secret that an endpoint wants to hear.
    #[must_use]
    pub fn has_secret(&self) -> bool {
        self.variables.iter().any(|(name, _)| matches!(*name, "IDENTITY_HEADER" | "MSI_SECRET"))
    }
}

impl fmt::Debug for SourceSettings {
    /// Shows which members are given, not their values, since some are secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members: Vec<_> = self.variables.iter().map(|(name, _)| name).collect();
        f.debug_struct("SourceSettings").field("kind", &self.kind).field("variables", &members).finish()
    }
}

impl<'de> Deserialize<'de> for SourceSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Document)
    }
}

struct Document;

impl<'de> Visitor<'de> for Document {
    type Value = SourceSettings;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"detect\", the name of a source, or a map with its name as \"source\" and its members")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<SourceSettings, E> {
        if name == "detect" {
            return Ok(SourceSettings::default());
        }
        name.parse().map(SourceSettings::of).map_err(|error| E::custom(format_args!("{error}, or detect")))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SourceSettings, A::Error> {
        let (mut kind, mut members) = (None, Vec::<(String, Secret)>::new());
        while let Some(name) = map.next_key::<String>()? {
            let Member(value) = map.next_value()?;
            let is_twice = if name == "source" { kind.is_some() } else { members.iter().any(|(it, _)| *it == name) };
            if is_twice {
                return Err(A::Error::custom(format_args!("{name} is given twice")));
            }
            match name.as_str() {
                "source" => kind = Some(value.expose().parse::<SourceKind>().map_err(A::Error::custom)?),
                _ => members.push((name, value)),
            }
        }
        let kind = kind.ok_or_else(|| A::Error::missing_field("source"))?;
        members.into_iter().try_fold(SourceSettings::of(kind), |settings, (name, value)| {
            settings.with(&name, value).map_err(A::Error::custom)
        })
    }
}

/// The value of a member. What is none is not shown: it may be a secret without its quotes.
struct Member(Secret);

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Text)
    }
}

struct Text;

impl Visitor<'_> for Text {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Member, E> {
        Ok(Member(Secret::from(text)))
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<Member, E> {
        Err(E::invalid_type(Unexpected::Other("a number"), &self))
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<Member, E> {
        self.visit_i64(0)
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Member, E> {
        self.visit_i64(0)
    }
}

/// The members of a source have no such name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownMember {
    kind: Option<SourceKind>,
    member: String,
}

impl fmt::Display for UnknownMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let member = presentable(&self.member, 64);
        let Some(kind) = self.kind else {
            return write!(f, "a source that is detected has no members, so {member} means nothing: name the source");
        };
        write!(f, "{} has no {member}; it has ", kind.as_str())?;
        for (index, (name, _)) in members(kind).iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{name}")?;
        }
        Ok(())
    }
}

impl core::error::Error for UnknownMember {}

/// The members of a source, each with the variable it stands for.
const fn members(kind: SourceKind) -> &'static [(&'static str, &'static str)] {
    match kind {
        SourceKind::AppService => &[("endpoint", "IDENTITY_ENDPOINT"), ("header", "IDENTITY_HEADER")],
        SourceKind::AzureArc => {
            &[("endpoint", "IDENTITY_ENDPOINT"), ("key_directory", "MANAGED_IDENTITY_KEY_DIRECTORY")]
        }
        SourceKind::CloudShell => &[("endpoint", "MSI_ENDPOINT")],
        SourceKind::Imds => &[("base", "AZURE_POD_IDENTITY_AUTHORITY_HOST")],
        SourceKind::MachineLearning => &[
            ("endpoint", "MSI_ENDPOINT"),
            ("secret", "MSI_SECRET"),
            ("default_client_id", "DEFAULT_IDENTITY_CLIENT_ID"),
        ],
        SourceKind::ServiceFabric => &[
            ("endpoint", "IDENTITY_ENDPOINT"),
            ("header", "IDENTITY_HEADER"),
            ("thumbprint", "IDENTITY_SERVER_THUMBPRINT"),
        ],
        SourceKind::WorkloadIdentity => &[
            ("tenant_id", "AZURE_TENANT_ID"),
            ("client_id", "AZURE_CLIENT_ID"),
            ("token_file", "AZURE_FEDERATED_TOKEN_FILE"),
            ("authority", "AZURE_AUTHORITY_HOST"),
        ],
        #[cfg(feature = "chain")]
        SourceKind::AzurePipelines
        | SourceKind::Chain
        | SourceKind::ClientCertificate
        | SourceKind::ClientSecret
        | SourceKind::DeveloperTool(_)
        | SourceKind::FederatedIdentity
        | SourceKind::GitHubActions => &[],
    }
}
