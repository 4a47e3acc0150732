//! Who may read the key files of Azure Arc.

#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub(crate) use self::other::KeyAccess;
#[cfg(unix)]
pub(crate) use self::unix::KeyAccess;
