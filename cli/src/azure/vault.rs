//! `secret`: secrets of a Key Vault.

use std::time::Duration;

use azure_core::time::OffsetDateTime;
use azure_security_keyvault_secrets::models::{Secret, SecretClientGetSecretOptions};
use azure_security_keyvault_secrets::{ResourceExt as _, SecretClient, SecretClientOptions};
use futures::TryStreamExt as _;
use managed_identity_azure_core::ProviderCredential;
use serde::Serialize;

use super::arguments::{DataFormat, ListArguments, SecretCommand, SecretFormat, ShowArguments};
use super::http;
use super::last_answer::LastAnswer;
use super::refusal::Service;
use crate::credential::Credential;
use crate::failure::Failure;
use crate::json::json_line;
use crate::output::{print, shell_word};
use crate::runtime::block_on;

/// The most characters of a secret's name.
const LONGEST_NAME: usize = 127;

pub(crate) fn execute(command: &SecretCommand) -> Result<(), Failure> {
    match command {
        SecretCommand::Show(arguments) => show(arguments),
        SecretCommand::List(arguments) => list(arguments),
    }
}

/// A vault that is open to whoever has tokens of this credential.
pub(super) struct Vault<'a> {
    client: SecretClient,
    service: Service<'a>,
    timeout: Duration,
}

impl<'a> Vault<'a> {
    /// Nothing is sent yet. One that is simulated stands for every vault but those of this machine.
    pub(super) fn open(address: &str, credential: &'a Credential, timeout: Duration) -> Result<Self, Failure> {
        let address = credential.simulated_vault().filter(|_| !http::is_loopback(address)).unwrap_or(address);
        let service = Service {
            name: format!("the vault {address}"),
            scope: "the vault",
            role: "Key Vault Secrets User",
            resource: "https://vault.azure.net",
            credential,
            last_answer: LastAnswer::default(),
        };
        let tokens = ProviderCredential::new(credential.provider.clone());
        let options = SecretClientOptions {
            client_options: http::options(&tokens, credential, &service.last_answer)?,
            verify_challenge_resource: Some(!http::is_loopback(address)),
            ..SecretClientOptions::default()
        };
        let client = SecretClient::new(address, tokens, Some(options)).map_err(|error| service.failure(&error))?;
        Ok(Self { client, service, timeout })
    }

    /// Reads the value of a secret; that of its newest version unless one is named.
    pub(super) fn value(&self, name: &str, version: Option<&str>) -> Result<String, Failure> {
        // An empty value in its place would be taken for the secret.
        self.secret(name, version)?.value.ok_or_else(|| self.service.without_value(name))
    }

    /// Reads a secret; its newest version unless one is named.
    fn secret(&self, name: &str, version: Option<&str>) -> Result<Secret, Failure> {
        check_name("name", name)?;
        version.map_or(Ok(()), |version| check_name("version", version))?;
        let options = SecretClientGetSecretOptions { secret_version: version.map(str::to_owned), ..Default::default() };
        self.wait(async { self.client.get_secret(name, Some(options)).await?.into_model() })
    }

    /// The names of all secrets, whatever number of pages they are on.
    fn names(&self) -> Result<Vec<String>, Failure> {
        self.wait(async {
            let secrets: Vec<_> = self.client.list_secret_properties(None)?.try_collect().await?;
            secrets.iter().map(|secret| Ok(secret.resource_id()?.name)).collect()
        })
    }

    fn wait<T>(&self, work: impl Future<Output = azure_core::Result<T>>) -> Result<T, Failure> {
        // Made inside the runtime, which has the clock.
        let outcome = block_on(async { tokio::time::timeout(self.timeout, work).await })?;
        match outcome {
            Ok(outcome) => outcome.map_err(|error| self.service.failure(&error)),
            Err(_) => Err(self.service.late()),
        }
    }
}

fn show(arguments: &ShowArguments) -> Result<(), Failure> {
    let address = arguments.vault.cloud.cloud().vault(&arguments.vault.vault)?;
    let credential = Credential::with_services(&arguments.credential, &arguments.vault.simulated.secrets, &[])?;
    let vault = Vault::open(&address, &credential, arguments.credential.patience.timeout)?;
    let (name, version) = (&arguments.name, arguments.version.as_deref());
    let text = match arguments.output {
        SecretFormat::Value => format!("{}\n", vault.value(name, version)?),
        SecretFormat::Env => format!("{}={}\n", variable(name), shell_word(&vault.value(name, version)?)),
        SecretFormat::Json => json_line(&SecretDocument::of(name, &vault.secret(name, version)?)),
    };
    print(text.as_bytes())
}

fn list(arguments: &ListArguments) -> Result<(), Failure> {
    let address = arguments.vault.cloud.cloud().vault(&arguments.vault.vault)?;
    let credential = Credential::with_services(&arguments.credential, &arguments.vault.simulated.secrets, &[])?;
    let names = Vault::open(&address, &credential, arguments.credential.patience.timeout)?.names()?;
    let text = match arguments.output {
        DataFormat::Text => names.iter().map(|name| format!("{name}\n")).collect(),
        DataFormat::Json => json_line(&names),
    };
    print(text.as_bytes())
}

/// Refuses what is no name of a secret, or of a version: it becomes part of an address, and could lead elsewhere in the vault.
///
/// <https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#object-identifiers>
fn check_name(what: &str, name: &str) -> Result<(), Failure> {
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(is_legal) {
        return Ok(());
    }
    Err(Failure::Usage {
        message: format!("{name:?} cannot be the {what} of a secret"),
        next_step: "give up to 127 letters, digits and -",
    })
}

/// The name as variables have it. None of them begins with a digit.
fn variable(name: &str) -> String {
    let variable = name.to_ascii_uppercase().replace('-', "_");
    if name.starts_with(|first: char| first.is_ascii_digit()) { format!("_{variable}") } else { variable }
}

#[derive(Serialize)]
struct SecretDocument<'a> {
    name: &'a str,
    value: Option<&'a str>,
    version: Option<String>,
    content_type: Option<&'a str>,
    enabled: Option<bool>,
    /// Seconds since 1970.
    expires_on: Option<i64>,
}

impl<'a> SecretDocument<'a> {
    fn of(name: &'a str, secret: &'a Secret) -> Self {
        let attributes = secret.attributes.as_ref();
        Self {
            name,
            value: secret.value.as_deref(),
            version: secret.resource_id().ok().and_then(|id| id.version),
            content_type: secret.content_type.as_deref(),
            enabled: attributes.and_then(|it| it.enabled),
            expires_on: attributes.and_then(|it| it.expires).map(OffsetDateTime::unix_timestamp),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{check_name, variable};

    #[test]
    fn a_secret_s_name_becomes_that_of_a_variable() {
        assert_eq!(variable("db-password1"), "DB_PASSWORD1");
        assert_eq!(variable("1st-password"), "_1ST_PASSWORD");
    }

    #[test]
    fn a_name_leads_nowhere_else() {
        for name in ["a", "Db-Password-1", &"a".repeat(127)] {
            assert!(check_name("name", name).is_ok(), "{name}");
        }
        for name in ["", "a/b", "..", "../keys/a", "a b", "a%2fb", "a?b", "a#b", "a_b", "\u{e4}", &"a".repeat(128)] {
            assert!(check_name("name", name).is_err(), "{name}");
        }
    }
}
