//! Parts of a message that may be missing.

use core::fmt;

/// Shows a text with what stands before and after it, or nothing where the text is missing or empty.
pub(super) struct Optional<'a, T>(pub(super) &'a str, pub(super) Option<T>, pub(super) &'a str);

impl<T: AsRef<str>> fmt::Display for Optional<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(before, text, after) = self;
        match text.as_ref().map(AsRef::as_ref) {
            None | Some("") => Ok(()),
            Some(text) => write!(f, "{before}{text}{after}"),
        }
    }
}
