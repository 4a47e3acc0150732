//! The arguments of `serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use ipnet::IpNet;

use super::clients::network;
#[cfg(unix)]
use super::socket;
use crate::options::{CredentialArguments, GraceArguments};

#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    /// Address to listen at; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", env = "MANAGED_IDENTITY_LISTEN", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,
    /// Address or network of clients that may ask, such as 172.17.0.0/16; more than once for several. With it the private
    /// address of a bridge may be listened at; without it every client that gets through may ask
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "MANAGED_IDENTITY_ALLOW_FROM",
        value_delimiter = ',',
        value_parser = network
    )]
    pub(crate) allow_from: Vec<IpNet>,
    /// Listen at a Unix socket instead
    #[cfg(unix)]
    #[arg(long, value_name = "PATH", env = "MANAGED_IDENTITY_SOCKET", conflicts_with_all = ["listen", "allow_from"])]
    pub(crate) socket: Option<PathBuf>,
    /// Mode of the Unix socket: to connect means to write; 0660 is for the group too
    #[cfg(unix)]
    #[arg(
        long,
        value_name = "MODE",
        env = "MANAGED_IDENTITY_SOCKET_MODE",
        default_value = "0600",
        value_parser = socket::mode,
        requires = "socket"
    )]
    pub(crate) socket_mode: u32,
    /// Group of the Unix socket, by its name or number; that of this process unless given
    #[cfg(unix)]
    #[arg(
        long,
        value_name = "GROUP",
        env = "MANAGED_IDENTITY_SOCKET_GROUP",
        value_parser = socket::group,
        requires = "socket"
    )]
    pub(crate) socket_group: Option<u32>,
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
    #[command(flatten)]
    pub(crate) grace: GraceArguments,
    #[command(flatten)]
    pub(crate) credential: CredentialArguments,
}
