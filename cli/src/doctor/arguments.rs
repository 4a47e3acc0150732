//! The arguments of `doctor`.

use clap::{Args, ValueEnum};

use crate::options::CredentialArguments;

#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    /// Resource to ask a token for
    #[arg(
        long,
        value_name = "RESOURCE",
        env = "MANAGED_IDENTITY_RESOURCE",
        default_value = "https://management.azure.com/"
    )]
    pub(crate) resource: String,
    /// How to print what was found
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = DoctorFormat::Text)]
    pub(crate) output: DoctorFormat,
    /// Ask the authority of Microsoft Entra too whether it can be reached; without this nothing is sent beyond the endpoint
    /// that gives tokens
    #[arg(long)]
    pub(crate) network: bool,
    #[command(flatten)]
    pub(crate) credential: CredentialArguments,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DoctorFormat {
    /// A table for people
    Text,
    /// One JSON object
    Json,
}
