//! What a request proves its sender with, and what a file must hold to be that.

use alloc::format;

use crate::credential::{MAX_ARC_KEY, MAX_FEDERATED_TOKEN};
use crate::error::{FileError, FileErrorKind};
use crate::values::Secret;
use crate::wire;

/// A proof, beyond what the source itself holds.
#[derive(Debug)]
pub(super) enum Proof {
    None,
    ArcKey(Secret),
    Assertion(Secret),
}

impl Proof {
    pub(super) const fn arc_key(&self) -> Option<&Secret> {
        match self {
            Self::ArcKey(key) => Some(key),
            Self::None | Self::Assertion(_) => None,
        }
    }

    pub(super) const fn assertion(&self) -> Option<&Secret> {
        match self {
            Self::Assertion(assertion) => Some(assertion),
            Self::None | Self::ArcKey(_) => None,
        }
    }
}

/// The key, without the one line end that an editor may have left, as text that a header may carry.
pub(super) fn arc_key(content: &[u8]) -> Result<Secret, FileError> {
    let key = content.strip_suffix(b"\n").map_or(content, |rest| rest.strip_suffix(b"\r").unwrap_or(rest));
    legal_text("key", content.len(), key, MAX_ARC_KEY, |byte| byte == b' ')
}

/// The token without blanks around it.
pub(super) fn federated_token(content: &[u8]) -> Result<Secret, FileError> {
    legal_text("token", content.len(), content.trim_ascii(), MAX_FEDERATED_TOKEN, |_| false)
}

fn legal_text(
    what: &str,
    len: usize,
    text: &[u8],
    max_len: usize,
    also_legal: fn(u8) -> bool,
) -> Result<Secret, FileError> {
    if len > max_len {
        return Err(FileError::too_large(max_len));
    }
    if text.is_empty() {
        return Err(FileError::new(FileErrorKind::Empty, ""));
    }
    let illegal = |byte: &u8| !byte.is_ascii_graphic() && !also_legal(*byte);
    match (core::str::from_utf8(text), text.iter().copied().find(illegal)) {
        (Ok(legal), None) => Ok(Secret::new(legal.into())),
        (_, found) => {
            let found = found.map_or("", wire::illegal);
            Err(FileError::new(FileErrorKind::IllegalContent, &format!("the {what} has {found} in it")))
        }
    }
}
