//! Where requests come from.

use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;

use super::arguments::ServeArguments;
use super::contract::TOKEN_PATH;
use crate::failure::Failure;

/// A connection, of whichever kind.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// What is listened at.
pub(super) enum Listener {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(unix::Socket),
}

impl Listener {
    /// Begins to listen.
    pub(super) async fn open(arguments: &ServeArguments) -> Result<Self, Failure> {
        #[cfg(unix)]
        if let Some(path) = &arguments.socket {
            return unix::Socket::open(path)
                .map(Self::Unix)
                .map_err(|cause| unusable(&path.display().to_string(), &cause));
        }
        let address = arguments.listen;
        if !address.ip().is_loopback() && !arguments.dangerous_listen_elsewhere {
            return Err(Failure::Usage {
                message: format!("{address} can be reached from other machines"),
                next_step: "listen at 127.0.0.1 or at a Unix socket; see --dangerous-listen-elsewhere for what it risks",
            });
        }
        TcpListener::bind(address).await.map(Self::Tcp).map_err(|cause| unusable(&address.to_string(), &cause))
    }

    pub(super) async fn accept(&self) -> io::Result<Box<dyn Stream>> {
        Ok(match self {
            Self::Tcp(listener) => Box::new(listener.accept().await?.0),
            #[cfg(unix)]
            Self::Unix(socket) => Box::new(socket.accept().await?),
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
        next_step: "choose another address, or end what listens there",
    }
}

#[cfg(unix)]
mod unix {
    use std::fs::{self, Permissions};
    use std::io;
    use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
    use std::path::{Path, PathBuf};

    use tokio::net::{UnixListener, UnixStream};

    /// A Unix socket that is there as long as this value.
    pub(in crate::serve) struct Socket {
        listener: UnixListener,
        path: PathBuf,
    }

    impl Socket {
        pub(super) fn open(path: &Path) -> io::Result<Self> {
            // One that a program left behind that was ended by force, and that nobody listens at.
            let is_left = fs::symlink_metadata(path).is_ok_and(|it| it.file_type().is_socket())
                && std::os::unix::net::UnixStream::connect(path).is_err();
            if is_left {
                fs::remove_file(path)?;
            }
            let listener = UnixListener::bind(path)?;
            fs::set_permissions(path, Permissions::from_mode(0o600))?;
            Ok(Self { listener, path: std::path::absolute(path)? })
        }

        pub(super) async fn accept(&self) -> io::Result<UnixStream> {
            Ok(self.listener.accept().await?.0)
        }

        pub(super) fn path(&self) -> &Path {
            &self.path
        }
    }

    impl Drop for Socket {
        fn drop(&mut self) {
            // Somebody may have removed it.
            let _ = fs::remove_file(&self.path);
        }
    }
}
