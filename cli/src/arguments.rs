//! The command line.

use std::ffi::OsString;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use managed_identity_core::{
    ConfigError, CredentialKind, DetectionOptions, Environment, Identity, SourceKind, SourceSettings, TokenRequest,
};
use managed_identity_simulator::SimulatedSource;
use managed_identity_simulator::program::SimulateCommand;

use crate::settings::SettingsParser;
use crate::time;

const EXIT_CODES: &str = "\
Exit codes, by who can mend the failure:
  0  success
  1  this program: an internal error
  2  the caller: arguments, environment or configuration
  3  the host: network, permissions, agent, files
  4  whoever guards the host: the endpoint must not be trusted
  5  the service behind the endpoint
simulate run exits with the code of its command, simulate check with 1 when a promise is broken.";

/// Get, inspect and simulate Azure managed-identity tokens
#[derive(Debug, Parser)]
#[command(name = "managed-identity", version, after_help = EXIT_CODES)]
pub(crate) struct Program {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Get a token for a resource
    #[command(after_help = EXIT_CODES)]
    Token(TokenArguments),
    /// Tell which source of tokens applies here, and why; sends no request
    #[command(after_help = EXIT_CODES)]
    Detect(DetectArguments),
    /// Simulate a source of tokens on this machine, for tests in any language
    Simulate {
        #[command(subcommand)]
        command: SimulateCommand,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[derive(Debug, Args)]
pub(crate) struct TokenArguments {
    #[command(flatten)]
    pub(crate) audience: Audience,
    #[command(flatten)]
    pub(crate) identity: IdentityArguments,
    /// What to print. Without it: json, or on a terminal a summary without the token. On a terminal only token is
    /// accepted, unless the source is simulated
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) output: Option<TokenFormat>,
    #[command(flatten)]
    pub(crate) patience: PatienceArguments,
    /// Get a token from a simulated source, started for this command only; it opens nothing
    #[arg(long, value_name = "SOURCE", value_parser = simulated_source(), conflicts_with_all = ["source", "key_directory", "dangerous_allow_remote_arc_endpoint"])]
    pub(crate) simulate: Option<SimulatedSource>,
    #[command(flatten)]
    pub(crate) source: SourceArguments,
    #[arg(
        long,
        value_name = "CREDENTIAL",
        value_parser = credential(),
        help = "What to prove oneself with: default is the chain that AZURE_TOKEN_CREDENTIALS chooses; managed-identity \
                unless given"
    )]
    pub(crate) credential: Option<CredentialChoice>,
    /// Ask the developer tools for a token of this tenant
    #[arg(long, value_name = "ID", requires = "credential")]
    pub(crate) tenant: Option<String>,
}

/// Which credentials are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CredentialChoice {
    /// The chain that the environment chooses.
    Default,
    /// One.
    Only(CredentialKind),
}

impl CredentialChoice {
    pub(crate) const MANAGED_IDENTITY: Self = Self::Only(CredentialKind::ManagedIdentity);
}

/// How long to wait for what.
#[derive(Debug, Args)]
pub(crate) struct PatienceArguments {
    /// The longest time to take, retries included: 90 seconds as 90, 90s or 1m30s
    #[arg(long, value_name = "TIME", default_value = "150s", value_parser = time::duration)]
    pub(crate) timeout: Duration,
    /// The longest wait for a connection; unless given it depends on what proves that there is an endpoint
    #[arg(long, value_name = "TIME", value_parser = time::duration)]
    pub(crate) connect_timeout: Option<Duration>,
    /// Be impatient: try an endpoint that cannot be connected to once more only, and wait no longer than five seconds even
    /// if the service asks for it
    #[arg(long)]
    pub(crate) fail_fast: bool,
}

/// Where the token comes from; without any of them, from the source that applies here.
#[derive(Debug, Args)]
pub(crate) struct SourceArguments {
    /// Ask this source instead of the one that detection finds: its name, its settings as JSON such as
    /// '{"source":"imds","base":"http://127.0.0.1:40342"}', or @FILE with one of both. What the settings do not say is
    /// taken from its variables
    #[arg(long, value_name = "SOURCE", value_parser = SettingsParser)]
    pub(crate) source: Option<SourceSettings>,
    /// The only folder that Azure Arc key files are read from, for containers that mount it elsewhere
    #[arg(long, value_name = "DIR")]
    pub(crate) key_directory: Option<String>,
    #[command(flatten)]
    pub(crate) remote_arc: RemoteArc,
}

/// Whether an Azure Arc endpoint may be on another machine.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct RemoteArc {
    #[arg(
        id = "dangerous_allow_remote_arc_endpoint",
        long = "dangerous-allow-remote-arc-endpoint",
        help = "Accept an Azure Arc endpoint that is not on this machine: whoever controls IDENTITY_ENDPOINT, or the \
                network to it, can then collect the keys of this machine's agent"
    )]
    is_allowed: bool,
}

impl RemoteArc {
    pub(crate) fn options(self) -> DetectionOptions {
        let options = DetectionOptions::default();
        if self.is_allowed { options.allow_remote_arc_endpoint() } else { options }
    }
}

/// For what the token is asked.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Audience {
    #[arg(long, help = "Resource the token is for, such as https://vault.azure.net")]
    resource: Option<String>,
    #[arg(long, help = "Scope the token is for, such as https://vault.azure.net/.default")]
    scope: Option<String>,
}

impl Audience {
    /// The resource, without `/.default`.
    pub(crate) fn resource(&self) -> Result<String, ConfigError> {
        let request = match (&self.resource, &self.scope) {
            (Some(resource), _) => TokenRequest::for_resource(resource)?,
            (None, scope) => TokenRequest::for_scope(scope.as_deref().unwrap_or_default())?,
        };
        Ok(request.resource().to_owned())
    }
}

/// As whom the token is asked for; without any of them, as the system-assigned identity.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct IdentityArguments {
    /// Client (application) id of a user-assigned identity
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Object (principal) id of a user-assigned identity
    #[arg(long, value_name = "ID")]
    object_id: Option<String>,
    /// Azure Resource Manager id of a user-assigned identity
    #[arg(long, value_name = "ID")]
    resource_id: Option<String>,
    /// Identity in the JSON form of MSAL, such as {"ManagedIdentityIdType":"ClientId","Id":"..."}
    #[arg(long, value_name = "JSON", value_parser = identity)]
    identity: Option<Identity>,
    #[arg(
        long,
        help = "User-assigned identity whose client id is in AZURE_CLIENT_ID; the system-assigned one where that is not set"
    )]
    identity_from_env: bool,
}

impl IdentityArguments {
    pub(crate) fn into_identity(self, environment: &Environment) -> Result<Identity, ConfigError> {
        if self.identity_from_env {
            return environment.identity();
        }
        let named = self.client_id.map(Identity::ClientId);
        let named = named.or(self.object_id.map(Identity::ObjectId)).or(self.resource_id.map(Identity::ResourceId));
        Ok(named.or(self.identity).unwrap_or_default())
    }
}

/// How a token is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TokenFormat {
    #[value(help = "One JSON object: access_token, token_type, expires_on, expires_in, resource, source")]
    Json,
    /// The token alone
    Token,
    /// An HTTP header: Authorization: Bearer ...
    Header,
    #[value(help = "Lines for a shell: MANAGED_IDENTITY_ACCESS_TOKEN=... and MANAGED_IDENTITY_EXPIRES_ON=...")]
    Env,
}

#[derive(Debug, Args)]
pub(crate) struct DetectArguments {
    /// How to print what was found
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = DetectFormat::Text)]
    pub(crate) output: DetectFormat,
    /// Fail unless this source is found
    #[arg(long, value_name = "SOURCE", value_parser = source_kind(), conflicts_with = "credential")]
    pub(crate) expect: Option<SourceKind>,
    #[arg(
        long,
        value_name = "CREDENTIAL",
        value_parser = credential(),
        help = "Tell of these credentials instead: default is the chain that AZURE_TOKEN_CREDENTIALS chooses"
    )]
    pub(crate) credential: Option<CredentialChoice>,
    #[command(flatten)]
    pub(crate) remote_arc: RemoteArc,
}

/// How a detection is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DetectFormat {
    /// For people
    Text,
    /// One JSON object
    Json,
}

impl Command {
    /// Whether results, and with them errors, are to be JSON.
    pub(crate) fn wants_json(&self) -> bool {
        match self {
            Self::Token(arguments) => arguments.output == Some(TokenFormat::Json),
            Self::Detect(arguments) => arguments.output == DetectFormat::Json,
            Self::Simulate { .. } | Self::Completions { .. } => false,
        }
    }
}

/// Whether arguments that could not be understood ask for JSON all the same, so that a program that reads errors as JSON
/// can read this one too.
pub(crate) fn ask_for_json(arguments: impl IntoIterator<Item = OsString>) -> bool {
    let arguments: Vec<OsString> = arguments.into_iter().take_while(|it| it != "--").collect();
    arguments.iter().any(|it| it == "--output=json")
        || arguments.windows(2).any(|pair| pair[0] == "--output" && pair[1] == "json")
}

fn simulated_source() -> impl TypedValueParser<Value = SimulatedSource> {
    let names = SimulatedSource::ALL.into_iter().chain(SimulatedSource::CREDENTIALS).map(SimulatedSource::name);
    PossibleValuesParser::new(names).try_map(|name| name.parse::<SimulatedSource>())
}

fn source_kind() -> impl TypedValueParser<Value = SourceKind> {
    let names = SourceKind::ALL.iter().map(|kind| kind.as_str());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<SourceKind>())
}

const DEFAULT_CHAIN: &str = "default";

fn credential() -> impl TypedValueParser<Value = CredentialChoice> {
    let kinds = CredentialKind::ALL.iter().map(|kind| kind.as_str());
    PossibleValuesParser::new(std::iter::once(DEFAULT_CHAIN).chain(kinds)).try_map(|name| match name.as_str() {
        DEFAULT_CHAIN => Ok(CredentialChoice::Default),
        name => name.parse().map(CredentialChoice::Only),
    })
}

fn identity(json: &str) -> Result<Identity, serde_json::Error> {
    serde_json::from_str(json)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::{Program, ask_for_json};

    #[test]
    fn the_command_line_is_consistent() {
        Program::command().debug_assert();
    }

    #[test]
    fn json_is_asked_for_in_either_spelling_but_not_for_a_command_that_is_run() {
        for (line, expected) in [
            ("token --output json", true),
            ("token --output=json", true),
            ("token --output token", false),
            ("token json", false),
            ("simulate run imds -- tool --output json", false),
        ] {
            assert_eq!(ask_for_json(line.split(' ').map(Into::into)), expected, "{line}");
        }
    }
}
