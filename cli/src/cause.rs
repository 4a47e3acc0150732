//! Why a request got no answer.

use std::error::Error;
use std::iter::successors;

/// The error and what it comes from, one after the other.
pub(crate) fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    successors(Some(error), |&error| error.source())
}

/// The innermost cause, which is the one that says something.
pub(crate) fn innermost(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "the time limit passed".to_owned();
    }
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}
