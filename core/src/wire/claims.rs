//! Claims that a token has to meet, as a resource's challenge gives them and as the authority takes them.
//!
//! <https://learn.microsoft.com/entra/identity-platform/claims-challenge>

use alloc::borrow::ToOwned as _;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use serde_json::{Map, Value, json};

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const EITHER: [GeneralPurpose; 2] =
    [GeneralPurpose::new(&alphabet::STANDARD, LENIENT), GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT)];

/// The claims that are given, a JSON object or the base64 form of one; `None` for anything else.
fn read(given: &str) -> Option<Map<String, Value>> {
    let given = given.trim();
    let json = if given.starts_with('{') {
        given.as_bytes().to_vec()
    } else {
        EITHER.iter().find_map(|engine| engine.decode(given).ok())?
    };
    serde_json::from_slice(&json).ok()
}

/// The form field of the authority for claims that are given and for what the caller can handle; empty where there is neither.
/// `None` when what is given are no claims.
pub(crate) fn merged(given: Option<&str>, capabilities: &[String]) -> Option<String> {
    let mut claims = given.map_or_else(|| Some(Map::new()), read)?;
    if !capabilities.is_empty() {
        // Microsoft's libraries send it so; the service compares without case.
        let values: Vec<String> = capabilities.iter().map(|it| it.to_ascii_uppercase()).collect();
        let access_token = claims.entry("access_token".to_owned()).or_insert_with(|| json!({}));
        access_token.as_object_mut()?.insert("xms_cc".to_owned(), json!({ "values": values }));
    }
    Some(if claims.is_empty() { String::new() } else { Value::Object(claims).to_string() })
}

/// The claims in base64, as tools take them; `None` when what is given are no claims.
pub(crate) fn in_base64(given: &str) -> Option<String> {
    read(given).map(|claims| STANDARD.encode(Value::Object(claims).to_string()))
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::{in_base64, merged};

    const CLAIMS: &str = r#"{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}"#;

    #[test]
    fn claims_are_taken_in_every_form() {
        for given in [
            CLAIMS,
            "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNzAwMDAwMDAwIn19fQ==",
            " eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNzAwMDAwMDAwIn19fQ ",
        ] {
            assert_eq!(merged(Some(given), &[]).as_deref(), Some(CLAIMS), "{given}");
        }
        // With characters in which the alphabets differ.
        for given in ["eyJhIjoiPz8/In0=", "eyJhIjoiPz8_In0"] {
            assert_eq!(in_base64(given).as_deref(), Some("eyJhIjoiPz8/In0="));
        }
    }

    #[test]
    fn what_are_no_claims_is_told() {
        for given in ["", "!", "[1]", "\"x\"", "e30x", "{"] {
            assert_eq!(merged(Some(given), &[]), None, "{given}");
            assert_eq!(in_base64(given), None, "{given}");
        }
        assert_eq!(merged(Some(r#"{"access_token":1}"#), &[String::from("cp1")]), None);
    }

    #[test]
    fn what_the_caller_can_handle_is_merged_into_them() {
        let cp1 = [String::from("cp1")];
        assert_eq!(merged(None, &[]).as_deref(), Some(""));
        assert_eq!(merged(None, &cp1).as_deref(), Some(r#"{"access_token":{"xms_cc":{"values":["CP1"]}}}"#));
        let both = merged(Some(CLAIMS), &cp1).unwrap();
        assert!(both.contains("nbf") && both.contains(r#""xms_cc":{"values":["CP1"]}"#), "{both}");
    }
}
