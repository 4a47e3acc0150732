//! Reads what an endpoint says when it gives no token.

use alloc::format;
use alloc::string::String;

use super::document::{Document, Json, Value};
use super::message::HttpResponse;
use super::retry_after::retry_after;
use super::words::{MOST_OF_A_TEXT, MOST_OF_AN_ID, content, shown};
use crate::error::{EndpointError, OtherContent};
use crate::kind::NOT_FOUND;
use crate::values::UnixTime;

/// The members that hold the id of a request, first the one that support asks for first.
const IDS: [&str; 6] = ["correlation_id", "correlationId", "trace_id", "traceId", "request_id", "requestId"];

/// The words for an identity and for its absence, and those for both, in letters only.
const IDENTITY: [&str; 3] = ["identit", "msi", "clientid"];
const MISSING: [&str; 6] = ["notfound", "notbefound", "unabletofind", "unabletoload", "notexist", "notassigned"];
const NO_IDENTITY: [&str; 5] = ["noidentit", "nomanagedidentit", "nouserassigned", "nosystemassigned", "nomsi"];

/// Reads the error out of an answer. `secrets` are texts that were sent to the peer and must not come back in a message.
pub(crate) fn error(response: &HttpResponse, now: UnixTime, secrets: &[&str]) -> EndpointError {
    let mut said = Said::of(response, secrets);
    if said.request_id.is_none() {
        let id = response.request_id.as_deref().and_then(|id| core::str::from_utf8(id).ok());
        said.request_id = id.and_then(|id| shown(id, MOST_OF_AN_ID, secrets));
    }
    EndpointError {
        status: response.status,
        code: said.code,
        description: said.description,
        correlation_id: said.request_id,
        retry_after: retry_after(response.retry_after.as_deref(), now),
        aadsts_code: said.aadsts_code,
        missing_identity: said.missing_identity && matches!(response.status, 400 | NOT_FOUND),
    }
}

/// What an answer says that should have been another one, in one text.
pub(crate) fn words(response: &HttpResponse, secrets: &[&str]) -> Option<String> {
    let said = Said::of(response, secrets);
    joined(said.code, said.description)
}

fn joined(first: Option<String>, second: Option<String>) -> Option<String> {
    match (first, second) {
        (Some(first), Some(second)) if first != second => Some(format!("{first}: {second}")),
        (first, second) => first.or(second),
    }
}

/// What a body says.
#[derive(Default)]
struct Said {
    code: Option<String>,
    description: Option<String>,
    request_id: Option<String>,
    aadsts_code: Option<u32>,
    missing_identity: bool,
}

impl Said {
    fn of(response: &HttpResponse, secrets: &[&str]) -> Self {
        let mut said = match Json::read(response.body()) {
            Json::Document(document) => Self::of_document(&document, secrets),
            json => Self::of_content(content(response, &json, secrets)),
        };
        if said.code.is_none() && said.description.is_none() {
            said.description = shown(&response.reason, MOST_OF_A_TEXT, secrets);
        }
        said
    }

    fn of_document(document: &Document<'_>, secrets: &[&str]) -> Self {
        let inner = match document.value("error") {
            Value::Object(inner) => Some(inner),
            _ => None,
        };
        let outer = |names: &[&str]| document.first_text(names);
        let inner = |names: &[&str]| inner.and_then(|inner| inner.first_text(names));
        let code = outer(&["error"]).or(inner(&["code"])).or(outer(&["code"]));
        let description = outer(&["error_description", "message"]).or(inner(&["message"]));
        let description = description.or(outer(&["description", "detail", "title"]));
        let (sentence, code) = code.map_or((None, None), |code| {
            // What has blanks in it is no code, but what some services say instead of a description.
            if code.contains(char::is_whitespace) { (Some(code), None) } else { (None, Some(code)) }
        });
        let texts = [code, sentence, description];
        let show = |text: Option<&str>, limit| text.and_then(|text| shown(text, limit, secrets));
        let of_list = match document.value("error_codes") {
            Value::Numbers(numbers) => numbers.first().and_then(|number| u32::try_from(*number).ok()),
            _ => None,
        };
        Self {
            code: show(code, MOST_OF_AN_ID),
            description: joined(show(sentence, MOST_OF_A_TEXT), show(description, MOST_OF_A_TEXT)),
            request_id: show(outer(&IDS).or(inner(&IDS)), MOST_OF_AN_ID),
            aadsts_code: of_list.or_else(|| texts.into_iter().flatten().find_map(aadsts_code)),
            missing_identity: names_missing_identity(texts),
        }
    }

    fn of_content(content: OtherContent) -> Self {
        let description = match content {
            OtherContent::Html { title } => title,
            OtherContent::Text { words } => words,
            OtherContent::Empty | OtherContent::Json | OtherContent::Unknown { .. } => None,
        };
        Self { aadsts_code: description.as_deref().and_then(aadsts_code), description, ..Self::default() }
    }
}

/// The number behind `AADSTS`.
fn aadsts_code(text: &str) -> Option<u32> {
    let (_, rest) = text.split_once("AADSTS")?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    rest.get(..digits)?.parse().ok()
}

fn names_missing_identity(texts: [Option<&str>; 3]) -> bool {
    let letters: String = texts
        .into_iter()
        .flatten()
        .flat_map(str::chars)
        .take(MOST_OF_A_TEXT)
        .filter(char::is_ascii_alphabetic)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    let has = |words: &[&str]| words.iter().any(|word| letters.contains(word));
    has(&NO_IDENTITY) || has(&IDENTITY) && has(&MISSING)
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::error;
    use crate::error::EndpointError;
    use crate::values::UnixTime;
    use crate::wire::HttpResponse;

    fn read(status: u16, body: &str) -> EndpointError {
        error(&HttpResponse::new(status, body), UnixTime::default(), &["hunter2"])
    }

    #[test]
    fn a_secret_that_the_peer_echoes_is_not_repeated() {
        let found = read(
            400,
            r#"{"error":"bad-hunter2","error_description":"header was hunter2\u0007","correlation_id":"hunter2"}"#,
        );
        assert_eq!(found.code.as_deref(), Some("bad-[redacted]"));
        assert_eq!(found.description.as_deref(), Some("header was [redacted]"));
        assert_eq!(found.correlation_id.as_deref(), Some("[redacted]"));
    }

    #[test]
    fn a_code_of_entra_is_found_in_a_text_too() {
        assert_eq!(read(400, "AADSTS700016: Application with identifier 'x' was not found").aadsts_code, Some(700_016));
    }

    #[test]
    fn long_texts_are_cut() {
        let body = alloc::format!("{{\"message\":\"{}\"}}", "ä".repeat(4000));
        assert_eq!(read(400, &body).description.map(|text: String| text.len()), Some(1024));
    }

    #[test]
    fn a_sentence_is_no_code() {
        for (body, code, description) in [
            (r#"{"error":"no such thing"}"#, None, Some("no such thing")),
            (r#"{"error":"no such thing","message":"here"}"#, None, Some("no such thing: here")),
            (r#"{"error":"no such thing","message":"no such thing"}"#, None, Some("no such thing")),
            (r#"{"ERROR":{"Code":"not here","MESSAGE":"M"}}"#, None, Some("not here: M")),
            (r#"{"Error":"not_here","Error_Description":"D"}"#, Some("not_here"), Some("D")),
            (r#"{"type":"about:blank","title":"T","detail":"D"}"#, None, Some("D")),
            (r#""no such thing""#, None, Some("no such thing")),
        ] {
            let found = read(400, body);
            assert_eq!((found.code.as_deref(), found.description.as_deref()), (code, description), "{body}");
        }
    }

    #[test]
    fn the_id_of_the_request_is_found_wherever_it_is() {
        for body in [
            r#"{"error":"e","correlation_id":"1","trace_id":"2"}"#,
            r#"{"error":{"correlationid":"1"}}"#,
            r#"{"error":"e","Trace_Id":"1"}"#,
            r#"{"message":"m","requestId":"1"}"#,
        ] {
            assert_eq!(read(400, body).correlation_id.as_deref(), Some("1"), "{body}");
        }
        let headed = |body| HttpResponse::new(502, body).with_header("X-Ms-Request-Id", b"header");
        for (body, id) in
            [("", "header"), (r#"{"correlationId":"body"}"#, "body"), (r#"{"correlationId":""}"#, "header")]
        {
            let found = error(&headed(body), UnixTime::default(), &[]);
            assert_eq!(found.correlation_id.as_deref(), Some(id), "{body}");
        }
    }

    #[test]
    fn the_reason_phrase_is_the_last_resort() {
        let described = |body| {
            error(&HttpResponse::new(502, body).with_reason("No hunter2 here"), UnixTime::default(), &["hunter2"])
                .description
        };
        assert_eq!(described("").as_deref(), Some("No [redacted] here"));
        assert_eq!(described("{}").as_deref(), Some("No [redacted] here"));
        assert_eq!(described("<html></html>").as_deref(), Some("No [redacted] here"));
        assert_eq!(described("<title>T</title>").as_deref(), Some("T"));
        assert_eq!(described(r#"{"error":"e"}"#), None);
    }

    #[test]
    fn a_federated_credential_that_is_not_known_may_be_soon() {
        for body in [
            r#"{"error":"invalid_client","error_codes":[700213]}"#,
            r#"{"error":"invalid_client","error_description":"AADSTS70021: No matching federated identity record found."}"#,
            r#"{"error":"AADSTS700211: no record"}"#,
        ] {
            let found = read(401, body);
            assert!(found.awaits_federation() && found.is_transient(), "{body}");
        }
        let found = read(
            401,
            r#"{"error":"invalid_client","error_description":"AADSTS7000215: wrong","error_codes":[7000215]}"#,
        );
        assert_eq!((found.aadsts_code, found.is_transient()), (Some(7_000_215), false));
    }

    #[test]
    fn a_missing_identity_is_told_by_many_words() {
        for body in [
            r#"{"error":"invalid_request","error_description":"Identity not found"}"#,
            r#"{"error":"identity_not_found"}"#,
            r#"{"error":{"code":"ManagedIdentityNotFound"}}"#,
            r#"{"statusCode":404,"message":"No User Assigned or Delegated Managed Identity found for specified ClientId"}"#,
            r#"{"message":"No MSI found for specified ClientId/ResourceId."}"#,
            r#"{"error":"the user-assigned identity does not exist"}"#,
        ] {
            assert!(read(404, body).missing_identity, "{body}");
            assert!(!read(500, body).missing_identity, "{body}");
        }
        for body in
            ["", "identity not found", r#"{"error":"not_found"}"#, r#"{"message":"identity service is starting"}"#]
        {
            assert!(!read(404, body).missing_identity, "{body}");
        }
    }
}
