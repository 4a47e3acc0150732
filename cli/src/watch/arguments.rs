//! The arguments of `watch`.

use std::ffi::OsString;
use std::num::NonZeroU32;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::options::{Audience, CredentialArguments};
use crate::time;

#[derive(Debug, Args)]
pub(crate) struct WatchArguments {
    #[command(flatten)]
    pub(crate) audience: Audience,
    /// How long to wait between two requests for a token
    #[arg(
        long,
        value_name = "TIME",
        env = "MANAGED_IDENTITY_EVERY",
        value_parser = time::duration,
        default_value = "5m"
    )]
    pub(crate) every: Duration,
    /// How many failures one after the other count as one; those that pass by themselves are retried in each already
    #[arg(long, value_name = "NUMBER", env = "MANAGED_IDENTITY_FAILURES", default_value = "1")]
    pub(crate) failures: NonZeroU32,
    /// End after so many requests; never unless given
    #[arg(long, value_name = "NUMBER")]
    pub(crate) rounds: Option<NonZeroU32>,
    /// How to tell what changes
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = WatchFormat::Text)]
    pub(crate) output: WatchFormat,
    #[command(flatten)]
    pub(crate) credential: CredentialArguments,
    #[arg(
        last = true,
        value_name = "HOOK",
        help = "Command to run, after --, whenever it begins to fail or to work again, in place of ending; it has \
                MANAGED_IDENTITY_STATE (failed or ok), MANAGED_IDENTITY_MESSAGE and MANAGED_IDENTITY_NEXT_STEP"
    )]
    pub(crate) hook: Vec<OsString>,
}

/// How changes are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WatchFormat {
    /// A line for people
    Text,
    /// A JSON object a line
    Json,
}
