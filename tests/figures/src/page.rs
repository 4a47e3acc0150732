//! The part of a page that is made and not written.

use std::path::PathBuf;

const BEGIN: &str = "<!-- made by: cargo run --release -p managed-identity-figures -- fleet -->\n";
const END: &str = "<!-- until here -->\n";

/// Where the repository is.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The page with another made part, or nothing where it has none.
pub(crate) fn with(page: &str, made: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{made}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::{BEGIN, END, with};

    #[test]
    fn only_what_was_made_is_replaced() {
        let page = format!("one\n{BEGIN}old\n{END}two\n");
        assert_eq!(with(&page, "new\n"), Some(format!("one\n{BEGIN}new\n{END}two\n")));
        assert_eq!(with("one\n", "new\n"), None);
    }
}
