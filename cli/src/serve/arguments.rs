//! The arguments of `serve`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::options::CredentialArguments;
use crate::time;

#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    /// Address to listen at; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", env = "MANAGED_IDENTITY_LISTEN", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,
    /// Listen at a Unix socket instead, which only this user may connect to
    #[cfg(unix)]
    #[arg(long, value_name = "PATH", env = "MANAGED_IDENTITY_SOCKET", conflicts_with = "listen")]
    pub(crate) socket: Option<PathBuf>,
    #[arg(
        long,
        help = "Listen at an address that other machines may reach too: whoever learns the secret header, on this machine or \
                by looking at the network, then gets tokens"
    )]
    pub(crate) dangerous_listen_elsewhere: bool,
    /// Resource that tokens are given for; more than once for several, * for any
    #[arg(
        long,
        value_name = "RESOURCE",
        required = true,
        env = "MANAGED_IDENTITY_ALLOW_RESOURCE",
        value_delimiter = ','
    )]
    pub(crate) allow_resource: Vec<String>,
    #[arg(
        long,
        value_name = "FILE",
        env = "MANAGED_IDENTITY_WRITE_ENV",
        help = "File to write IDENTITY_ENDPOINT and IDENTITY_HEADER to, for this user only; - is standard output"
    )]
    pub(crate) write_env: PathBuf,
    /// How long requests that have begun may take to end after a signal
    #[arg(long, value_name = "TIME", value_parser = time::duration, default_value = "10s")]
    pub(crate) grace: Duration,
    #[command(flatten)]
    pub(crate) credential: CredentialArguments,
}
