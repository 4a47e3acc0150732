//! Where requests come from.

use std::io;
use std::net::IpAddr;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;

use super::arguments::ServeArguments;
use super::clients::Clients;
use super::contract::TOKEN_PATH;
#[cfg(unix)]
use super::socket::Socket;
use crate::failure::Failure;

/// A connection, of whichever kind.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// What is listened at.
pub(super) enum Listener {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(Socket),
}

impl Listener {
    /// Begins to listen, for these clients.
    pub(super) async fn open(arguments: &ServeArguments, clients: &Clients) -> Result<Self, Failure> {
        #[cfg(unix)]
        if let Some(path) = &arguments.socket {
            return Socket::open(path, arguments.socket_mode, arguments.socket_group)
                .map(Self::Unix)
                .map_err(|cause| unusable(&path.display().to_string(), &cause));
        }
        let address = arguments.listen;
        if !clients.may_be_listened_for_at(address.ip()) && !arguments.dangerous_listen_elsewhere {
            return Err(Failure::Usage {
                message: format!("{address} can be reached from other machines"),
                next_step: "listen at 127.0.0.1, at a Unix socket, or at the private address of a bridge with --allow-from; \
                            see --dangerous-listen-elsewhere for what it risks",
            });
        }
        TcpListener::bind(address).await.map(Self::Tcp).map_err(|cause| unusable(&address.to_string(), &cause))
    }

    /// Takes a connection, and tells the address of the client, where it has one.
    pub(super) async fn accept(&self) -> io::Result<(Box<dyn Stream>, Option<IpAddr>)> {
        Ok(match self {
            Self::Tcp(listener) => {
                let (stream, client) = listener.accept().await?;
                (Box::new(stream), Some(client.ip()))
            }
            #[cfg(unix)]
            Self::Unix(socket) => (Box::new(socket.accept().await?), None),
        })
    }

    /// The lines that tell clients where it is.
    pub(super) fn variables(&self) -> io::Result<String> {
        Ok(match self {
            Self::Tcp(listener) => format!("IDENTITY_ENDPOINT=http://{}{TOKEN_PATH}\n", listener.local_addr()?),
            #[cfg(unix)]
            Self::Unix(socket) => format!("IDENTITY_SOCKET={}\n", socket.path().display()),
        })
    }
}

fn unusable(place: &str, cause: &io::Error) -> Failure {
    Failure::Usage {
        message: format!("cannot listen at {place}: {cause}"),
        next_step: "choose another address that this machine has, or end what listens there",
    }
}
