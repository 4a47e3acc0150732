//! Finds a secret in a text, in whatever form it got there.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// A part of a secret of so many characters is not in a text by chance.
const PART: usize = 8;

/// The form in which a part of `secret` is in `text`, if one is.
pub(crate) fn form_in(text: &str, secret: &str) -> Option<&'static str> {
    let bytes = secret.as_bytes();
    let hexadecimal = bytes.iter().fold(String::new(), |mut all, byte| {
        let _ = write!(all, "{byte:02x}");
        all
    });
    // Each with the length that a part has in it.
    let forms = [
        ("as it is", secret.to_owned(), PART),
        ("in base64", STANDARD_NO_PAD.encode(bytes), 2 * PART),
        ("in base64 for URLs", URL_SAFE_NO_PAD.encode(bytes), 2 * PART),
        ("percent-encoded", percent_encoded(bytes, b"-._~"), 3 * PART),
        ("as in a form", percent_encoded(bytes, b"*-._"), 3 * PART),
        ("escaped", secret.escape_debug().to_string(), 2 * PART),
        ("in hexadecimal digits", hexadecimal, 2 * PART),
    ];
    let has_part = |form: &str, part: usize| {
        let part = part.min(form.len());
        (part..=form.len()).any(|end| text.contains(&form[end - part..end]))
    };
    let found = forms.iter().find_map(|(name, form, part)| has_part(form, *part).then_some(*name));
    let list: Vec<_> = bytes.iter().map(u8::to_string).collect();
    found.or_else(|| list.windows(PART).any(|part| text.contains(&part.join(", "))).then_some("as a list of bytes"))
}

/// Letters, digits and these as they are (RFC 3986, section 2.3, or the URL standard's rule for forms).
fn percent_encoded(bytes: &[u8], plain: &[u8]) -> String {
    let encoded = |byte: &u8| match byte {
        byte if byte.is_ascii_alphanumeric() || plain.contains(byte) => char::from(*byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    bytes.iter().map(encoded).collect()
}

#[test]
fn every_form_is_found() {
    let secret = r#"hunter"2\%secret-value"#;
    for text in [
        secret.to_owned(),
        format!("x{}x", &secret[3..12]),
        format!("{secret:?}"),
        format!("{:?}", secret.as_bytes()),
        STANDARD_NO_PAD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
        percent_encoded(secret.as_bytes(), b"-"),
        "68756e7465722232".to_owned(),
    ] {
        assert!(form_in(&text, secret).is_some(), "{text}");
    }
    assert_eq!(form_in("[redacted]", secret), None);
    assert_eq!(form_in("hunter", secret), None);
}
