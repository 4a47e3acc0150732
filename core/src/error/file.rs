//! Errors of files that prove the identity.

use alloc::format;
use alloc::string::String;

use super::fault::Fault;
use super::optional::Optional;
use super::presentable::presentable;
use crate::kind::FilePurpose;

/// Why a file could not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}{}", Optional(": ", Some(.detail), ""))]
pub struct FileError {
    kind: FileErrorKind,
    detail: String,
}

/// The kinds of [`FileError`]. None is tried again: a file that proves who asks is there, or somebody has to mend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum FileErrorKind {
    /// The host's policy forbids it: a sandbox without a grant for the folder.
    #[error("the host denies access to it")]
    Denied,
    /// The file is empty.
    #[error("it is empty")]
    Empty,
    /// The folder that the file must be in is a link, or no folder.
    #[error("the folder it must be in is a symbolic link, or no folder")]
    FolderIsLink,
    /// The file's content has a character that no key or token has.
    #[error("its content cannot be sent")]
    IllegalContent,
    /// There is no such file.
    #[error("it does not exist")]
    NotFound,
    /// It is a link, a folder or a device, or has several names (hard links), where a regular file is required.
    #[error("it is not a regular file")]
    NotRegular,
    /// The opened file is not directly in the folder it must be in, or belongs to someone who has no business there.
    #[error("it does not belong in the folder it must be in")]
    OutsideDirectory,
    /// The operating system refused to open it for this user.
    #[error("this user may not read it")]
    PermissionDenied,
    /// The file is larger than allowed.
    #[error("it is larger than allowed")]
    TooLarge,
    /// Any other failure to read.
    #[error("it cannot be read")]
    Unreadable,
}

impl FileError {
    /// Makes an error; `detail` says more, such as the operating system's own words, and may be empty.
    #[must_use]
    pub fn new(kind: FileErrorKind, detail: &str) -> Self {
        Self { kind, detail: presentable(detail, 256) }
    }

    /// The error of a file with more bytes than `max_len`.
    #[must_use]
    pub fn too_large(max_len: usize) -> Self {
        Self::new(FileErrorKind::TooLarge, &format!("more than {max_len} bytes"))
    }

    /// What kind of failure it is.
    #[must_use]
    pub const fn kind(&self) -> FileErrorKind {
        self.kind
    }

    /// The failure in the host's own words; may be empty.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    pub(crate) const fn fault(&self) -> Fault {
        match self.kind {
            FileErrorKind::FolderIsLink
            | FileErrorKind::NotRegular
            | FileErrorKind::OutsideDirectory
            | FileErrorKind::TooLarge => Fault::Security,
            FileErrorKind::Denied
            | FileErrorKind::Empty
            | FileErrorKind::IllegalContent
            | FileErrorKind::NotFound
            | FileErrorKind::PermissionDenied
            | FileErrorKind::Unreadable => Fault::Host,
        }
    }

    pub(crate) const fn next_step(&self, purpose: FilePurpose) -> &'static str {
        match (purpose, self.kind) {
            (_, FileErrorKind::Denied) => "have the host grant read access to the file's folder",
            (FilePurpose::ArcKey, FileErrorKind::PermissionDenied) => {
                "add this user to the group himds (Linux) or Hybrid Agent Extension Applications (Windows), then restart \
                 what runs this program: the service, the container or the session of the user"
            }
            (FilePurpose::ArcKey, FileErrorKind::FolderIsLink) => {
                "if the administrator put the link there, name the folder that it leads to: --key-directory in the program, \
                 the key directory in code, or MANAGED_IDENTITY_KEY_DIRECTORY; else find out who did"
            }
            (FilePurpose::ArcKey, FileErrorKind::Empty | FileErrorKind::Unreadable) => {
                "try again, then check with azcmagent show that the agent runs, and the disk of its tokens folder"
            }
            (FilePurpose::ArcKey, FileErrorKind::NotFound) => {
                "check with azcmagent show that the agent runs, and that its tokens folder is visible to this process"
            }
            (FilePurpose::ArcKey, _) => {
                "do not trust the endpoint: check what listens on the Azure Arc port and who can write to the tokens folder"
            }
            #[cfg(feature = "chain")]
            (FilePurpose::ClientCertificate, _) => {
                "check that AZURE_CLIENT_CERTIFICATE_PATH names a file with the certificate and its private key, and that this \
                 user may read it"
            }
            (FilePurpose::TokenProxyCa, _) => {
                "check that AZURE_KUBERNETES_CA_FILE names the certificates of the token proxy, and that the volume with \
                 them is mounted into this container"
            }
            (FilePurpose::FederatedToken, _) => {
                "check that the pod uses the workload identity label and that AZURE_FEDERATED_TOKEN_FILE names \
                 the projected service account token"
            }
        }
    }
}
