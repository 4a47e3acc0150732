//! `--verbose`: what is done on the way to a token, on standard error. No secret is among it.

use std::env;
use std::io::{self, IsTerminal as _};

use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{fmt, registry};

/// How all crates of this project begin.
const OURS: &str = "managed_identity";
/// The variable by which programs are told what to log.
const VARIABLE: &str = "RUST_LOG";

/// The variable by which programs that read errors as JSON say so.
pub(crate) const ERRORS: &str = "MANAGED_IDENTITY_ERRORS";

/// What is told on the way.
#[derive(Debug, Args)]
pub(crate) struct LogArguments {
    #[arg(
        long,
        global = true,
        display_order = 1000,
        env = "MANAGED_IDENTITY_VERBOSE",
        value_parser = BoolishValueParser::new(),
        help = "Tell what is done on the way, never a secret; RUST_LOG chooses more closely"
    )]
    verbose: bool,
    #[arg(
        long,
        global = true,
        display_order = 1001,
        env = "MANAGED_IDENTITY_LOG_FORMAT",
        value_enum,
        value_name = "FORMAT",
        default_value_t = LogFormat::Text,
        hide_default_value = true,
        hide_possible_values = true,
        help = "How that is told: text, or a JSON object a line by json"
    )]
    log_format: LogFormat,
    #[arg(
        long,
        global = true,
        display_order = 1002,
        env = ERRORS,
        value_enum,
        value_name = "FORMAT",
        hide_possible_values = true,
        help = "How an error is told: text or json; json unless given where --output is json"
    )]
    errors: Option<LogFormat>,
}

/// How something is told on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people
    Text,
    /// A JSON object a line
    Json,
}

impl LogArguments {
    /// Whether errors are to be JSON, where that was said.
    pub(crate) fn wants_json_errors(&self) -> Option<bool> {
        self.errors.map(|format| format == LogFormat::Json)
    }

    /// Tells from now on, where the arguments or the environment want it.
    pub(crate) fn start(&self) {
        // What is meant for other programs, and not understood here, is no reason to fail.
        let chosen = env::var(VARIABLE).ok().filter(|it| !it.is_empty()).and_then(|it| it.parse().ok());
        let targets = match chosen {
            Some(targets) => targets,
            None if self.verbose => Targets::new().with_target(OURS, Level::DEBUG),
            None => return,
        };
        let colour = io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none();
        let lines = fmt::layer().with_writer(io::stderr).with_ansi(colour);
        let lines = match self.log_format {
            LogFormat::Text => lines.boxed(),
            LogFormat::Json => lines.json().boxed(),
        };
        registry().with(lines.with_filter(targets)).init();
    }
}
