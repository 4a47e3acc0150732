//! Why a request got no answer.

use std::error::Error as _;

/// The innermost cause, which is the one that says something.
pub(crate) fn innermost(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "the time limit passed".to_owned();
    }
    let mut cause = error.source();
    let mut text = error.to_string();
    while let Some(error) = cause {
        text = error.to_string();
        cause = error.source();
    }
    text
}
