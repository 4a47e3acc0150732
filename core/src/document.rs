//! The JSON documents that endpoints answer with, whatever their dialect: token and error documents alike.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::json::Reader;
use crate::secret::wipe;

/// How deep lists and objects may lie in each other; the deepest known answer has two levels.
const MAX_DEPTH: usize = 126;

/// A token document of Azure Arc has twelve.
const USUAL_MEMBERS: usize = 12;

/// One JSON object. Of a member given twice the last counts.
#[derive(Default)]
pub(crate) struct Document<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

/// The value of a member, as far as any dialect gives it a meaning.
pub(crate) enum Value<'a> {
    /// Absent, or null.
    Absent,
    /// A text.
    Text(Cow<'a, str>),
    /// A number, cut to a whole one; what is below zero counts as zero.
    Number(u64),
    /// An object, as Service Fabric's `error`.
    Object(Document<'a>),
    /// A truth value or a list.
    Other,
}

impl Drop for Document<'_> {
    fn drop(&mut self) {
        for (_, value) in &mut self.0 {
            // An unescaped copy, of the token perhaps; a borrowed one is wiped with the body.
            if let Value::Text(Cow::Owned(text)) = value {
                wipe(core::mem::take(text).into_bytes());
            }
        }
    }
}

impl<'a> Document<'a> {
    /// Reads a body; `None` unless it is one JSON object.
    pub(crate) fn parse(body: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(body)?;
        let document = Self::read(&mut reader, MAX_DEPTH)?;
        reader.is_at_end().then_some(document)
    }

    fn read(reader: &mut Reader<'a>, depth: usize) -> Option<Self> {
        // Room is made ahead for the outermost only, since a body can hold ten thousand small ones.
        let room = if depth == MAX_DEPTH { USUAL_MEMBERS } else { 0 };
        let mut document = Self(Vec::with_capacity(room));
        if !reader.accept("{") {
            return None;
        }
        if reader.accept("}") {
            return Some(document);
        }
        loop {
            let name = reader.string()?;
            if !reader.accept(":") {
                return None;
            }
            document.0.push((name, Value::read(reader, depth)?));
            if !reader.more("}")? {
                return Some(document);
            }
        }
    }

    /// The value of a member.
    pub(crate) fn value(&self, name: &str) -> &Value<'a> {
        self.0.iter().rfind(|(it, _)| it == name).map_or(&Value::Absent, |(_, value)| value)
    }

    /// The value of a member, if it is a text and not empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.value(name) {
            Value::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }
}

impl<'a> Value<'a> {
    /// Reads any value; one that has no meaning here must still be JSON.
    fn read(reader: &mut Reader<'a>, depth: usize) -> Option<Self> {
        match reader.peek()? {
            b'"' => reader.string().map(Self::Text),
            b'{' => Document::read(reader, depth.checked_sub(1)?).map(Self::Object),
            b'[' => Self::read_list(reader, depth.checked_sub(1)?),
            b'n' => reader.accept("null").then_some(Self::Absent),
            b't' => reader.accept("true").then_some(Self::Other),
            b'f' => reader.accept("false").then_some(Self::Other),
            _ => reader.number().map(Self::Number),
        }
    }

    fn read_list(reader: &mut Reader<'a>, depth: usize) -> Option<Self> {
        reader.accept("[");
        if reader.accept("]") {
            return Some(Self::Other);
        }
        loop {
            Self::read(reader, depth)?;
            if !reader.more("]")? {
                return Some(Self::Other);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::borrow::Cow;
    use alloc::string::{String, ToString as _};
    use alloc::vec::Vec;

    use proptest::prelude::*;
    use serde_json::Value as Json;

    use super::{Document, Value};

    /// What `serde_json` makes of a body, by the rules of [`Value`]; the member read is `message`.
    fn by_library(body: &[u8]) -> Option<String> {
        let object: serde_json::Map<String, Json> = serde_json::from_slice(body).ok()?;
        Some(match object.get("message") {
            None | Some(Json::Null) => "absent".to_string(),
            Some(Json::String(text)) => text.clone(),
            Some(Json::Number(number)) => match (number.as_u64(), number.as_f64()) {
                (Some(number), _) => number.to_string(),
                (None, number) => (number.unwrap_or_default() as u64).to_string(),
            },
            Some(Json::Object(_)) => "object".to_string(),
            Some(Json::Bool(_) | Json::Array(_)) => "other".to_string(),
        })
    }

    fn by_reader(body: &[u8]) -> Option<String> {
        let document = Document::parse(body)?;
        Some(match document.value("message") {
            Value::Absent => "absent".to_string(),
            Value::Text(text) => text.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Object(_) => "object".to_string(),
            Value::Other => "other".to_string(),
        })
    }

    #[test]
    fn it_reads_what_the_grammar_allows_and_nothing_else() {
        for value in [
            r#""""#,
            r#""plain""#,
            r#""\\\"\/\b\f\n\r\tx""#,
            r#""\u0041\u00e9\uD83D\ude00""#,
            "\"é😀\"",
            r#""\u0000""#,
            r#""\ud83d""#,
            r#""\ud83dx""#,
            r#""\ude00\ud83d""#,
            r#""\ud83d\u0041""#,
            r#""\ude00\ude00""#,
            r#""\ud800\udc00\udbff\udfff""#,
            r#""\u12g4""#,
            r#""\u123"#,
            r#""\u+123""#,
            r#""\x""#,
            "\"\n\"",
            "\"open",
            "\"\u{7f}\"",
            "0",
            "-0",
            "7",
            "-7",
            "00",
            "07",
            "-",
            "+1",
            "- 1",
            "1.",
            ".5",
            "1.5",
            "1.5e2",
            "15e-1",
            "1E+2",
            "1e",
            "1e+",
            "1 2",
            "18446744073709551615",
            "18446744073709551616",
            "99999999999999999999999999",
            "1e25",
            "0e999",
            "0e-999",
            "0.000e2147483647",
            "0.0012e5",
            "0.0012e3",
            "0.0012e2",
            "0.0001e4",
            "1700003600.999",
            "12345e-3",
            "1e-999999999999",
            "null",
            "true",
            "false",
            "nul",
            "True",
            "NaN",
            "Infinity",
            "[]",
            "[ ]",
            "[1,\"a\",{}]",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[",
            "{}",
            "{ }",
            r#"{"a":{"message":1}}"#,
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"{,"a":1}"#,
            "{a:1}",
            "",
            "'a'",
            "//",
            "\u{feff}1",
            "\u{a0}1",
        ] {
            for body in [
                value.to_string(),
                alloc::format!(r#"{{"message":{value}}}"#),
                alloc::format!(" {{ \"x\" : {value} , \"message\"\t:\r\n{value} }} \n"),
                alloc::format!(r#"{{"message":1,"message":{value}}}"#),
                alloc::format!(r#"{{"x":[{value}]}}"#),
                alloc::format!(r#"{{"message":{value}}}{value}"#),
            ] {
                assert_eq!(by_reader(body.as_bytes()), by_library(body.as_bytes()), "{body}");
            }
        }
    }

    #[test]
    fn a_number_too_large_for_the_library_is_the_largest() {
        for number in ["1e400", "1e99999999999999999999"] {
            let body = alloc::format!(r#"{{"message":{number}}}"#);
            assert_eq!(by_reader(body.as_bytes()), Some(u64::MAX.to_string()), "{number}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_and_shallow_is_not() {
        for (depth, accepted) in [(100, true), (100_000, false)] {
            let body = alloc::format!(r#"{{"x":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
            assert_eq!(by_reader(body.as_bytes()).is_some(), accepted, "{depth}");
        }
    }

    #[test]
    fn a_large_exponent_takes_no_longer_than_a_small_one() {
        let zeros = alloc::vec!["0e2147483647"; 4000].join(",");
        let body = alloc::format!(r#"{{"message":0.0e2147483647,"x":[{zeros}]}}"#);
        assert_eq!(by_reader(body.as_bytes()).as_deref(), Some("0"));
    }

    #[test]
    fn texts_take_no_more_room_than_in_the_body() {
        let body = alloc::format!(r#"{{"message":"\n\u00e9","x":"{}"}}"#, "x".repeat(60_000));
        let document = Document::parse(body.as_bytes()).unwrap();
        let Value::Text(Cow::Owned(text)) = document.value("message") else { panic!("an unescaped text is a copy") };
        assert_eq!(text, "\n\u{e9}");
        assert!(text.capacity() <= r"\n\u00e9".len(), "{}", text.capacity());
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_damaged_body_is_read_as_the_library_reads_it(
            text in ".{0,20}",
            number in any::<i64>(),
            at in any::<prop::sample::Index>(),
            damage in prop::sample::select(b"\"\\{}[]:,0-. ntu\x00".to_vec()),
        ) {
            let object = serde_json::json!({ "x": [text, null, { "y": number }], "message": text, "code": number });
            let mut body: Vec<u8> = serde_json::to_vec(&object).unwrap();
            prop_assert_eq!(by_reader(&body), by_library(&body));
            let at = at.index(body.len());
            body[at] = damage;
            prop_assert_eq!(by_reader(&body), by_library(&body));
        }
    }
}
