//! The secret that a request has to bring.

use std::fmt::Write as _;

use subtle::ConstantTimeEq as _;

use crate::failure::Failure;

/// A secret that is made at start and never again: whoever stops the program takes it from everyone.
pub(super) struct Header(String);

impl Header {
    pub(super) fn made() -> Result<Self, Failure> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|cause| Failure::Runtime(std::io::Error::other(cause)))?;
        let text = bytes.iter().fold(String::new(), |mut text, byte| {
            // Writing into a `String` cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        });
        Ok(Self(text))
    }

    /// The text, for whoever may ask.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }

    /// Whether this is it, in a time that does not tell how much of it is right.
    pub(super) fn is(&self, sent: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(sent).into()
    }
}

#[cfg(test)]
mod tests {
    use super::Header;

    #[test]
    fn each_start_has_its_own() {
        let (one, other) = (Header::made().unwrap(), Header::made().unwrap());
        assert_eq!(one.expose().len(), 64);
        assert!(one.is(one.expose().as_bytes()) && !one.is(other.expose().as_bytes()));
        assert!(!one.is(b"") && !one.is(&one.expose().as_bytes()[..63]));
    }
}
