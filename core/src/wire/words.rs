//! Words of a peer: made fit to be shown, and found in bodies that are no JSON document.

use alloc::string::String;
use alloc::vec::Vec;

use super::document::Json;
use super::message::HttpResponse;
use crate::error::{OtherContent, presentable};
use crate::kind::StatusClass;
use crate::values::Secret;

/// The most bytes that are shown of a description or of a text.
pub(super) const MOST_OF_A_TEXT: usize = 1024;
/// The most bytes that are shown of a title.
const MOST_OF_A_TITLE: usize = 256;
/// The most bytes that are shown of a code, an id or a media type.
pub(super) const MOST_OF_AN_ID: usize = 128;

const REDACTED: &str = "[redacted]";
/// How the JSON at the beginning of a token begins in base64 (RFC 7519).
const START_OF_A_JWT: &str = "eyJ";
const LEAST_OF_A_JWT: usize = 12;
const ENTITIES: [(&str, &str); 6] =
    [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];

/// A text of the peer as it may be shown: without the secrets that were sent to it and whatever looks like a token.
pub(crate) fn shown(text: &str, limit: usize, secrets: &[&str]) -> Option<String> {
    not_empty(presentable(redacted(text, secrets).expose(), limit))
}

/// The same in one line, with one blank between words.
fn shown_in_a_line(text: &str, limit: usize, secrets: &[&str]) -> Option<String> {
    let clean = redacted(text, secrets);
    let words = Vec::from_iter(clean.expose().split_whitespace());
    not_empty(presentable(&words.join(" "), limit))
}

fn not_empty(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// Whether a text has a secret in it that was sent to the peer.
pub(crate) fn repeats(text: &str, secrets: &[&str]) -> bool {
    secrets.iter().any(|secret| is_secret(secret) && text.contains(secret))
}

/// What is shorter is part of many words by chance. To cut it out of them would hide the words, and show the secret by the
/// gaps.
const fn is_secret(secret: &str) -> bool {
    secret.len() >= 4
}

/// Wiped on its way, since a secret may be in it that the peer sent back.
fn redacted(text: &str, secrets: &[&str]) -> Secret {
    let mut clean = Secret::from(text);
    for secret in secrets.iter().filter(|secret| is_secret(secret)) {
        clean = Secret::new(clean.expose().replace(secret, REDACTED));
    }
    let mut rest = 0;
    while let Some((start, len)) = clean.expose().get(rest..).and_then(jwt) {
        let (before, after) = clean.expose().split_at(rest + start);
        let after = after.get(len..).unwrap_or_default();
        let parts = [before, REDACTED, after];
        rest = before.len() + REDACTED.len();
        clean = Secret::new(parts.concat());
    }
    clean
}

/// Where something begins that looks like a token, and how long it is.
fn jwt(text: &str) -> Option<(usize, usize)> {
    let of_a_token = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let found = text.match_indices(START_OF_A_JWT).map(|(start, _)| {
        let len = text.bytes().skip(start).take_while(of_a_token).count();
        (start, len)
    });
    found.into_iter().find(|(_, len)| *len >= LEAST_OF_A_JWT)
}

/// What a body holds, unless it is one JSON object.
pub(crate) fn other_content(response: &HttpResponse, secrets: &[&str]) -> Option<OtherContent> {
    match Json::read(response.body()) {
        Json::Document(_) => None,
        json => Some(content(response, &json, secrets)),
    }
}

/// What a body holds that is not one JSON object.
pub(super) fn content(response: &HttpResponse, json: &Json<'_>, secrets: &[&str]) -> OtherContent {
    match json {
        Json::Text(text) => return self::text(response, text.expose(), secrets),
        Json::Document(_) | Json::Other => return OtherContent::Json,
        Json::None => {}
    }
    let media_type = media_type(response);
    // A copy, so it is wiped.
    let body = Secret::new(String::from_utf8_lossy(response.body()).into_owned());
    let body = body.expose().trim_start_matches('\u{feff}').trim();
    let is = |kinds: &[&str]| kinds.iter().any(|kind| media_type.as_deref().unwrap_or("text/plain").contains(kind));
    if body.is_empty() {
        OtherContent::Empty
    } else if is(&["html"]) || body.starts_with('<') && ["<html", "<title"].iter().any(|it| find(body, it).is_some()) {
        OtherContent::Html { title: title(body).and_then(|it| shown_in_a_line(it.expose(), MOST_OF_A_TITLE, secrets)) }
    } else if body.starts_with(['{', '[', '"']) {
        OtherContent::Json
    } else if is(&["text/plain", "json"]) && !body.contains('\0') {
        text(response, body, secrets)
    } else {
        OtherContent::Unknown { media_type: media_type.and_then(|it| shown(&it, MOST_OF_AN_ID, secrets)) }
    }
}

/// A success that is a text may be a token as it is, which has no blank in it.
fn text(response: &HttpResponse, text: &str, secrets: &[&str]) -> OtherContent {
    let may_be_a_token =
        StatusClass::of(response.status) == StatusClass::Success && !text.contains(char::is_whitespace);
    let words = if may_be_a_token { None } else { shown_in_a_line(text, MOST_OF_A_TEXT, secrets) };
    OtherContent::Text { words }
}

/// The media type without its parameters, in lower case.
fn media_type(response: &HttpResponse) -> Option<String> {
    let value = core::str::from_utf8(response.media_type.as_deref()?).ok()?;
    let name = value.split(';').next().unwrap_or_default().trim();
    (!name.is_empty()).then(|| name.to_ascii_lowercase())
}

/// The title of an HTML page.
fn title(page: &str) -> Option<Secret> {
    let (_, rest) = page.split_at_checked(find(page, "<title")?)?;
    let (_, title) = rest.split_once('>')?;
    let mut title = Secret::from(title.split('<').next().unwrap_or_default());
    for (entity, character) in ENTITIES {
        title = Secret::new(title.expose().replace(entity, character));
    }
    Some(title)
}

/// Where a tag begins, in upper or lower case.
fn find(page: &str, tag: &str) -> Option<usize> {
    page.as_bytes().windows(tag.len()).position(|part| part.eq_ignore_ascii_case(tag.as_bytes()))
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString as _};

    use super::{content, shown};
    use crate::wire::HttpResponse;
    use crate::wire::document::Json;

    fn found(status: u16, media_type: &str, body: &[u8]) -> String {
        let response = HttpResponse::new(status, body);
        let response =
            if media_type.is_empty() { response } else { response.with_header("content-type", media_type.as_bytes()) };
        content(&response, &Json::read(body), &["hunter2", "ab&c", "s"]).to_string()
    }

    #[test]
    fn a_page_is_told_by_its_title() {
        for (media_type, body, expected) in [
            ("text/html", "<title>Bad gateway</title>", "an HTML page titled \"Bad gateway\""),
            ("text/html; charset=utf-8", "nothing of a page", "an HTML page"),
            ("", "<!DOCTYPE html><HTML><Head><TITLE lang=en>\n Sign\n  in </TITLE>", "an HTML page titled \"Sign in\""),
            ("application/json", "<html><body>no title</body></html>", "an HTML page"),
            (
                "text/html",
                "<title>403 ab&amp;c &lt;x&gt; hunter2 </title>",
                "an HTML page titled \"403 [redacted] <x> [redacted]\"",
            ),
            ("text/html", "<title>", "an HTML page"),
            ("text/html", "<title", "an HTML page"),
            (
                "",
                "<?xml version=\"1.0\"?><html><title>404 - Not Found</title>",
                "an HTML page titled \"404 - Not Found\"",
            ),
        ] {
            assert_eq!(found(502, media_type, body.as_bytes()), expected, "{body}");
        }
        let long = alloc::format!("<title>{}</title>", "t".repeat(1000));
        assert_eq!(found(502, "text/html", long.as_bytes()).len(), "an HTML page titled \"\"".len() + 256);
        assert_eq!(found(502, "text/html", b"<title>f\xfcr</title>"), "an HTML page titled \"f\u{fffd}r\"");
    }

    #[test]
    fn a_text_is_told_as_it_is() {
        for (media_type, body, expected) in [
            ("text/plain", "no sign-on here", "a text: \"no sign-on here\""),
            ("", "\u{feff}one\r\n\ttwo\n", "a text: \"one two\""),
            ("application/json", "Internal error", "a text: \"Internal error\""),
            ("text/plain", "it was hunter2", "a text: \"it was [redacted]\""),
            ("application/json", r#""no identity""#, "a text: \"no identity\""),
            ("text/plain", "<none>", "a text: \"<none>\""),
            ("", "", "an empty body"),
            ("text/plain", " \r\n", "an empty body"),
            ("", "{\"access_token\":\"secret", "JSON that is broken or no object"),
            ("text/plain", "\"cut", "JSON that is broken or no object"),
            ("", "[1]", "JSON that is broken or no object"),
            ("image/png", "PNG", "content that is neither JSON nor text (image/png)"),
            ("application/xml; charset=utf-8", "<error/>", "content that is neither JSON nor text (application/xml)"),
            ("", "a\0b", "content that is neither JSON nor text"),
        ] {
            assert_eq!(found(400, media_type, body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn a_success_that_may_be_a_token_is_not_told() {
        assert_eq!(found(200, "text/plain", b"opaque-token"), "a text");
        assert_eq!(found(200, "text/plain", b"\"opaque-token\""), "a text");
        assert_eq!(found(200, "text/plain", b"please sign in"), "a text: \"please sign in\"");
    }

    #[test]
    fn what_looks_like_a_token_is_not_shown() {
        let show = |text| shown(text, 100, &[]).unwrap();
        assert_eq!(show("got eyJ0eXAi.eyJhdWQi.c2ln, and eyJ0eXAiOiJKV1Qi"), "got [redacted], and [redacted]");
        assert_eq!(show("eyJ eyJaguar"), "eyJ eyJaguar");
    }
}
