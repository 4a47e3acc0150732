//! What can go wrong before the simulator serves.

use std::io;
use std::path::PathBuf;

/// Why a simulator could not be started, or a program command could not be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimulatorError {
    /// The loopback port could not be bound or served.
    #[error("cannot listen on 127.0.0.1:{port}: {cause}. Choose another port, or 0 for a free one")]
    Listen {
        /// The port that was asked for; 0 is any free one.
        port: u16,
        /// What the operating system said.
        #[source]
        cause: io::Error,
    },
    /// A file or folder that the simulator needs could not be made or read.
    #[error("cannot {action} {}: {cause}. {}", path.display(), file_advice(action))]
    File {
        /// What was tried, as a verb: `make`, `make a folder in`, `write`, `read`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        cause: io::Error,
    },
    /// A signing key or certificate could not be made.
    #[error("cannot make the {what}: {cause}")]
    Key {
        /// Which key or certificate.
        what: &'static str,
        /// What the cryptographic library said.
        cause: String,
    },
    /// The signing key that was given is not usable.
    #[error(
        "the signing key is no usable RSA key in PEM form: {cause}. Give one of 2048 bits or more, such as `openssl genpkey \
         -algorithm RSA` makes"
    )]
    SigningKey {
        /// What the cryptographic library said.
        cause: String,
    },
    /// The fault script is not usable.
    #[error("the fault script is not usable: {0}")]
    Fault(#[from] InvalidFault),
    /// No identity was given: there would be nobody to issue a token for.
    #[error("the simulator needs at least one identity; leave `identities` out for the two default ones")]
    NoIdentity,
    /// The tenant id has characters that a tenant id cannot have.
    #[error("the tenant id may hold letters, digits, `-` and `.` only")]
    TenantId,
    /// No container of a storage account can have this name.
    #[error("`{0}` is no name of a container: it has 3 to 63 small letters, digits and `-`")]
    ContainerName(String),
    /// The command given to `run` asks for the folder of key files, but the source has none.
    #[error("`{{key_folder}}` in the command stands for the folder of Azure Arc's key files, and {0} has none")]
    NoKeyFolder(&'static str),
    /// The command given to `run` could not be started.
    #[error("cannot start `{command}`: {cause}. Check its name and the PATH")]
    Command {
        /// The program's name as it was given.
        command: String,
        /// What the operating system said.
        #[source]
        cause: io::Error,
    },
    /// The command given to `check` did not say what became of a call.
    #[error(
        "the driver's command did not print what became of a call: {cause}. See `check --help` for what it has to print"
    )]
    Driver {
        /// What is wrong with it.
        cause: String,
    },
    /// The request log of the program is not whole.
    #[error("the request log {} is not whole: {cause}. Check that there is room and run it again", path.display())]
    Log {
        /// The file; `-` is standard error.
        path: PathBuf,
        /// What the operating system said to the first line that could not be written.
        #[source]
        cause: io::Error,
    },
    /// The program could not wait for its command or for a signal, or could not print.
    #[error("cannot {action}: {cause}")]
    Program {
        /// What was tried.
        action: &'static str,
        /// What the operating system said.
        #[source]
        cause: io::Error,
    },
}

impl SimulatorError {
    pub(crate) fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |cause| Self::File { action, path, cause }
    }

    pub(crate) fn key<E: ToString>(what: &'static str) -> impl FnOnce(E) -> Self {
        move |cause| Self::Key { what, cause: cause.to_string() }
    }
}

fn file_advice(action: &str) -> &'static str {
    match action {
        "read" => "Check its name and that this user may read it",
        _ => "Check that the folder exists and that this user may write there",
    }
}

/// Why an entry of a fault script is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidFault(pub(crate) String);
