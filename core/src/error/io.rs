//! What an operating system's error means here, for drivers that are built on the standard library.

use std::io;

use super::file::FileErrorKind;
use super::transport::TransportErrorKind;

impl From<io::ErrorKind> for TransportErrorKind {
    /// Reads the error of a socket. What is not known to be anything else is a connection that broke.
    fn from(kind: io::ErrorKind) -> Self {
        match kind {
            io::ErrorKind::ConnectionRefused
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::NetworkDown
            | io::ErrorKind::AddrNotAvailable
            | io::ErrorKind::NotFound => Self::Connect,
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Self::Timeout,
            io::ErrorKind::PermissionDenied => Self::Denied,
            io::ErrorKind::InvalidData => Self::Protocol,
            _ => Self::Broken,
        }
    }
}

impl From<io::ErrorKind> for FileErrorKind {
    /// Reads the error of a file.
    fn from(kind: io::ErrorKind) -> Self {
        match kind {
            io::ErrorKind::NotFound => Self::NotFound,
            io::ErrorKind::PermissionDenied => Self::PermissionDenied,
            io::ErrorKind::IsADirectory => Self::NotRegular,
            _ => Self::Unreadable,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use crate::error::{FileErrorKind, TransportErrorKind};

    #[test]
    fn errors_of_sockets_and_files_are_told_apart() {
        for (kind, expected) in [
            (ErrorKind::ConnectionRefused, TransportErrorKind::Connect),
            (ErrorKind::NetworkUnreachable, TransportErrorKind::Connect),
            (ErrorKind::TimedOut, TransportErrorKind::Timeout),
            (ErrorKind::WouldBlock, TransportErrorKind::Timeout),
            (ErrorKind::PermissionDenied, TransportErrorKind::Denied),
            (ErrorKind::InvalidData, TransportErrorKind::Protocol),
            (ErrorKind::ConnectionReset, TransportErrorKind::Broken),
            (ErrorKind::UnexpectedEof, TransportErrorKind::Broken),
        ] {
            assert_eq!(TransportErrorKind::from(kind), expected, "{kind}");
        }
        for (kind, expected) in [
            (ErrorKind::NotFound, FileErrorKind::NotFound),
            (ErrorKind::PermissionDenied, FileErrorKind::PermissionDenied),
            (ErrorKind::IsADirectory, FileErrorKind::NotRegular),
            (ErrorKind::Interrupted, FileErrorKind::Unreadable),
        ] {
            assert_eq!(FileErrorKind::from(kind), expected, "{kind}");
        }
    }
}
