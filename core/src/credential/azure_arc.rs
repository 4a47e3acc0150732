//! Servers outside Azure that Azure Arc manages.
//!
//! <https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication>

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::challenge;
use super::environment::Environment;
use super::imds::selected_query;
use super::parts::{METADATA, RequestParts, TRUE};
use crate::effect::FileRequest;
use crate::error::{ChallengeError, ConfigError};
use crate::kind::{FilePurpose, Platform, SourceKind};
use crate::values::Secret;
use crate::wire::Endpoint;
use crate::wire::HttpRequest;

const API_VERSION: &str = "2020-06-01";

/// Where the agent listens when the environment does not say.
pub(crate) const DEFAULT_ENDPOINT: &str = "http://127.0.0.1:40342/metadata/identity/oauth2/token";

/// The largest key file that is accepted, in bytes.
pub(crate) const MAX_ARC_KEY: usize = 4096;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AzureArc {
    pub(super) endpoint: Endpoint,
    /// The folder as the agent names it.
    agent_directory: String,
    /// Where that folder is seen from here, which is elsewhere in a container.
    pub(super) key_directory: String,
    platform: Platform,
}

impl AzureArc {
    pub(super) fn new(endpoint: &str, key_directory: &str, platform: Platform) -> Result<Self, ConfigError> {
        if platform == Platform::Other {
            return Err(ConfigError::UnsupportedPlatform { source_kind: SourceKind::AzureArc });
        }
        let directory = trimmed(key_directory, platform);
        Ok(Self {
            endpoint: Endpoint::parse("IDENTITY_ENDPOINT", endpoint)?,
            agent_directory: directory.to_string(),
            key_directory: directory.to_string(),
            platform,
        })
    }

    pub(super) fn set_key_directory(&mut self, directory: &str) {
        self.key_directory = trimmed(directory, self.platform).to_string();
    }

    /// The folder into which the agent writes its key files. Where it cannot be told, it is the one that it is `mounted` at.
    pub(crate) fn key_directory_of(
        platform: Platform,
        environment: &Environment,
        mounted: Option<&str>,
    ) -> Result<String, ConfigError> {
        match platform {
            Platform::Linux => Ok(String::from("/var/opt/azcmagent/tokens")),
            Platform::Windows => match (environment.var("ProgramData"), mounted) {
                (Some(data), _) => Ok(format!(r"{}\AzureConnectedMachineAgent\Tokens", data.trim_end_matches('\\'))),
                (None, Some(directory)) => Ok(String::from(directory)),
                (None, None) => {
                    let names = Vec::from(["ProgramData"]);
                    Err(ConfigError::MissingVariable { source_kind: SourceKind::AzureArc, names })
                }
            },
            Platform::Other => Err(ConfigError::UnsupportedPlatform { source_kind: SourceKind::AzureArc }),
        }
    }

    /// The file the agent wants read as proof, if it may be.
    pub(crate) fn answer_challenge(
        &self,
        challenges: &[Vec<u8>],
        secrets: &[&str],
    ) -> Result<FileRequest, ChallengeError> {
        Ok(FileRequest {
            path: challenge::key_file(challenges, &self.agent_directory, &self.key_directory, self.platform, secrets)?,
            purpose: FilePurpose::ArcKey,
            directory: Some(self.key_directory.clone()),
            max_len: MAX_ARC_KEY,
            platform: self.platform,
        })
    }

    pub(super) fn request(&self, parts: &RequestParts<'_>) -> Result<HttpRequest, ConfigError> {
        let url = self.endpoint.with_query(&selected_query(API_VERSION, parts.request))?;
        let request = HttpRequest::get(url).with(METADATA, TRUE);
        Ok(match parts.arc_key {
            Some(key) => request.with_secret("authorization", Secret::new(format!("Basic {}", key.expose()))),
            None => request,
        })
    }
}

/// The folder without separators at its end.
fn trimmed(directory: &str, platform: Platform) -> &str {
    let separators: &[char] = if platform == Platform::Windows { &['/', '\\'] } else { &['/'] };
    directory.trim_end_matches(separators)
}
