//! The arguments of `secret`, `storage` and `exec`.

use std::ffi::OsString;

use clap::{Args, Subcommand, ValueEnum};

use super::cloud::Cloud;
use crate::options::{CredentialArguments, GraceArguments, SimulatedAccount, SimulatedVault};

#[derive(Debug, Subcommand)]
pub(crate) enum SecretCommand {
    /// Print a secret of a Key Vault
    Show(Box<ShowArguments>),
    /// List the names of a vault's secrets; their values are not read
    List(Box<ListArguments>),
}

#[derive(Debug, Subcommand)]
pub(crate) enum StorageCommand {
    /// List the containers of a storage account
    Containers(Box<ContainersArguments>),
}

#[derive(Debug, Args)]
pub(crate) struct ShowArguments {
    #[command(flatten)]
    pub(crate) vault: VaultArguments,
    /// Name of the secret
    #[arg(long)]
    pub(crate) name: String,
    /// Version of the secret; the newest unless given
    #[arg(long = "secret-version", visible_alias = "version", value_name = "VERSION")]
    pub(crate) version: Option<String>,
    /// How to print it
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = SecretFormat::Value)]
    pub(crate) output: SecretFormat,
    #[command(flatten)]
    pub(crate) credential: CredentialArguments,
}

/// How a secret is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SecretFormat {
    /// The value alone
    Value,
    #[value(help = "One JSON object: name, value, version, content_type, enabled, expires_on")]
    Json,
    #[value(
        help = "A line for a shell: the name in capital letters, _ in place of - and before a first digit, and the value"
    )]
    Env,
}

#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    #[command(flatten)]
    pub(crate) vault: VaultArguments,
    /// How to print them
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = DataFormat::Text)]
    pub(crate) output: DataFormat,
    #[command(flatten)]
    pub(crate) credential: CredentialArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ContainersArguments {
    /// Name or address of the storage account
    #[arg(long, env = "AZURE_STORAGE_URL")]
    pub(crate) account: String,
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
    #[command(flatten)]
    pub(crate) simulated: SimulatedAccount,
    /// How to print them
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = DataFormat::Text)]
    pub(crate) output: DataFormat,
    #[command(flatten)]
    pub(crate) credential: CredentialArguments,
}

/// How names are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DataFormat {
    /// A name a line
    Text,
    /// One JSON array
    Json,
}

/// Which vault.
#[derive(Debug, Args)]
pub(crate) struct VaultArguments {
    /// Name or address of the Key Vault
    #[arg(long, env = "AZURE_KEYVAULT_URL")]
    pub(crate) vault: String,
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
    #[command(flatten)]
    pub(crate) simulated: SimulatedVault,
}

/// In which cloud a name is.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct CloudArguments {
    #[arg(
        long,
        value_enum,
        value_name = "CLOUD",
        env = "MANAGED_IDENTITY_CLOUD",
        help = "The cloud of a vault or account that is given by its name; that of AZURE_AUTHORITY_HOST unless given, which is \
                the public one unless set"
    )]
    cloud: Option<Cloud>,
}

impl CloudArguments {
    pub(crate) fn cloud(self) -> Cloud {
        let authority = managed_identity_fs::environment().var("AZURE_AUTHORITY_HOST").map(str::to_owned);
        self.cloud.unwrap_or_else(|| Cloud::of_authority(authority.as_deref().unwrap_or_default()))
    }
}

#[derive(Debug, Args)]
pub(crate) struct ExecArguments {
    /// Give the command a secret in a variable: NAME=VAULT/SECRET, with the version after another slash, or NAME= and the
    /// address of the secret
    #[arg(long = "secret", value_name = "NAME=VAULT/SECRET", value_parser = variable)]
    pub(crate) secrets: Vec<(String, String)>,
    /// Give the command a token in a variable: NAME=RESOURCE
    #[arg(long = "token", value_name = "NAME=RESOURCE", value_parser = variable)]
    pub(crate) tokens: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) grace: GraceArguments,
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
    #[command(flatten)]
    pub(crate) simulated: SimulatedVault,
    #[command(flatten)]
    pub(crate) credential: CredentialArguments,
    /// The command and its arguments, after --
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
}

/// A variable and what it is to have.
fn variable(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((name, from)) if !name.is_empty() && !from.is_empty() => Ok((name.to_owned(), from.to_owned())),
        _ => Err("it is not NAME=, followed by where the value comes from"),
    }
}
