//! Texts from configuration.

use managed_identity_core::{ConfigError, Identity, Thumbprint};

/// MSAL's JSON form of an identity: what is accepted says the same again.
pub fn identity(json: &[u8]) {
    let Ok(identity) = serde_json::from_slice::<Identity>(json) else { return };
    let again = serde_json::to_vec(&identity).expect("an identity has a JSON form");
    assert_eq!(serde_json::from_slice::<Identity>(&again).expect("its own form is accepted"), identity);
    assert!(identity.id().is_none_or(|id| !id.trim().is_empty()));
}

/// A certificate's thumbprint.
pub fn thumbprint(text: &[u8]) {
    let Ok(text) = str::from_utf8(text) else { return };
    match Thumbprint::parse(text) {
        Ok(thumbprint) => {
            let shown = thumbprint.to_string();
            let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
            assert_eq!(shown, digits.to_ascii_lowercase());
            assert_eq!(Thumbprint::parse(&shown), Ok(thumbprint));
        }
        Err(error) => assert_eq!(error, ConfigError::InvalidThumbprint),
    }
}
