//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use managed_identity_core::SourceKind;
use managed_identity_simulator::program::SimulateCommand;

#[cfg(feature = "azure")]
use crate::azure::{DataFormat, ExecArguments, SecretCommand, SecretFormat, StorageCommand};
use crate::diary::LogArguments;
use crate::doctor::{DoctorArguments, DoctorFormat};
use crate::helper::HelperCommand;
use crate::options::{Audience, CredentialArguments, CredentialChoice, RemoteArc, credential, source_kind};
use crate::output::TokenFormat;
use crate::request::RequestArguments;
use crate::serve::ServeArguments;
use crate::watch::{WatchArguments, WatchFormat};

const EXIT_CODES: &str = "\
Exit codes, by who can mend the failure:
  0  success
  1  this program: an internal error
  2  the caller: arguments, environment or configuration
  3  the host: network, permissions, agent, files
  4  whoever guards the host: the endpoint must not be trusted
  5  the service behind the endpoint
  130, 143  Ctrl-C, SIGTERM: token --credential ends the tool that it runs, too
simulate run exits with the code of its command, simulate check with 1 when a promise is broken.";

const DOCTOR_EXIT_CODES: &str = "\
Exit codes, by who can mend the first check that failed:
  0  nothing failed; there may be warnings
  1  this program: an internal error
  2  the caller: arguments, environment or configuration
  3  the host: network, permissions, agent, files
  4  whoever guards the host: the endpoint must not be trusted
  5  the service behind the endpoint";

#[cfg(feature = "azure")]
const EXEC_GRACE: &str =
    "How long the command may take to end after a signal, which is passed on to it and to all that it has started";

const SERVE_GRACE: &str = "How long requests that have begun may take to end after a signal";

/// Get, inspect and simulate Azure managed-identity tokens
#[derive(Debug, Parser)]
#[command(name = "managed-identity", version, after_help = EXIT_CODES)]
pub(crate) struct Program {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) log: LogArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Get a token for a resource
    #[command(after_help = EXIT_CODES)]
    Token(Box<TokenArguments>),
    /// Tell which source of tokens applies here, and why; sends no request
    #[command(after_help = EXIT_CODES)]
    Detect(DetectArguments),
    #[command(
        about = "Tell what keeps this machine from getting tokens, and what to do about it",
        after_help = DOCTOR_EXIT_CODES,
        mut_arg("timeout", |it| it.default_value("30s"))
    )]
    Doctor(Box<DoctorArguments>),
    /// Give git, kubectl, docker, cargo and pip their passwords and tokens
    Helper {
        #[command(subcommand)]
        command: HelperCommand,
    },
    /// Make a REST call with the token that its host wants
    #[command(after_help = EXIT_CODES)]
    Request(Box<RequestArguments>),
    /// Read secrets of a Key Vault
    #[cfg(feature = "azure")]
    #[command(after_help = EXIT_CODES)]
    Secret {
        #[command(subcommand)]
        command: SecretCommand,
    },
    /// Look into a storage account
    #[cfg(feature = "azure")]
    #[command(after_help = EXIT_CODES)]
    Storage {
        #[command(subcommand)]
        command: StorageCommand,
    },
    #[cfg(feature = "azure")]
    #[command(
        about = "Run a command with secrets and tokens in its environment",
        after_help = "The exit code is that of the command; before it runs, those of managed-identity token.",
        mut_arg("grace", |it| it.help(EXEC_GRACE))
    )]
    Exec(Box<ExecArguments>),
    #[command(
        about = "Give tokens to containers and programs of this machine, as App Service does",
        after_help = EXIT_CODES,
        mut_arg("grace", |it| it.help(SERVE_GRACE))
    )]
    Serve(Box<ServeArguments>),
    /// Ask for tokens again and again, and end or run a hook when they begin to fail
    #[command(after_help = EXIT_CODES)]
    Watch(Box<WatchArguments>),
    /// Simulate a source of tokens on this machine, for tests in any language
    Simulate {
        #[command(subcommand)]
        command: Box<SimulateCommand>,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write the program's man pages into a folder
    Manual {
        /// The folder, such as /usr/local/share/man/man1
        folder: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct TokenArguments {
    #[command(flatten)]
    pub(crate) audience: Audience,
    /// What to print. Without it: json, or on a terminal a summary without the token. On a terminal only token is
    /// accepted, unless the source is simulated
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) output: Option<TokenFormat>,
    /// What to show in place of the token, of which it holds nothing secret
    #[arg(long, value_enum, value_name = "PART", conflicts_with = "output")]
    pub(crate) show: Option<TokenPart>,
    #[command(flatten)]
    pub(crate) credential: CredentialArguments,
}

/// What of a token may be shown anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TokenPart {
    /// Whose it is, what for and until when, as one JSON object
    Claims,
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
            Self::Token(arguments) => {
                arguments.show.is_some() || matches!(arguments.output, Some(TokenFormat::Az | TokenFormat::Json))
            }
            Self::Detect(arguments) => arguments.output == DetectFormat::Json,
            Self::Doctor(arguments) => arguments.output == DoctorFormat::Json,
            #[cfg(feature = "azure")]
            Self::Secret { command } => match command {
                SecretCommand::Show(arguments) => arguments.output == SecretFormat::Json,
                SecretCommand::List(arguments) => arguments.output == DataFormat::Json,
            },
            #[cfg(feature = "azure")]
            Self::Storage { command } => {
                let StorageCommand::Containers(arguments) = command;
                arguments.output == DataFormat::Json
            }
            #[cfg(feature = "azure")]
            Self::Exec(_) => false,
            Self::Watch(arguments) => arguments.output == WatchFormat::Json,
            Self::Serve(_)
            | Self::Helper { .. }
            | Self::Request(_)
            | Self::Simulate { .. }
            | Self::Completions { .. }
            | Self::Manual { .. } => false,
        }
    }
}

/// Whether arguments that could not be understood ask for JSON all the same, so that a program that reads errors as JSON
/// can read this one too. Of the variable that stands for `--errors`, this is the value.
pub(crate) fn ask_for_json(arguments: impl IntoIterator<Item = OsString>, variable: Option<OsString>) -> bool {
    let arguments: Vec<OsString> = arguments.into_iter().take_while(|it| it != "--").collect();
    let value = |option: &str| {
        let joined = |it: &OsString| it.to_str()?.strip_prefix(option)?.strip_prefix('=').map(str::to_owned);
        let apart = |pair: &[OsString]| (pair[0] == option).then(|| pair[1].to_string_lossy().into_owned());
        arguments.iter().find_map(joined).or_else(|| arguments.windows(2).find_map(apart))
    };
    let variable = || variable.map(|it| it.to_string_lossy().into_owned());
    value("--errors").or_else(variable).or_else(|| value("--output")).is_some_and(|it| it == "json")
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
            ("token --errors json", true),
            ("token --errors=json --output token", true),
            ("token --output json --errors text", false),
            ("simulate run imds -- tool --output json", false),
        ] {
            assert_eq!(ask_for_json(line.split(' ').map(Into::into), None), expected, "{line}");
        }
        for (line, variable, expected) in
            [("token", "json", true), ("token --errors text", "json", false), ("token --output json", "text", false)]
        {
            let asks = ask_for_json(line.split(' ').map(Into::into), Some(variable.into()));
            assert_eq!(asks, expected, "{line} with {variable}");
        }
    }
}
