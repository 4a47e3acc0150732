//! The JSON documents that endpoints answer with, whatever their dialect: token and error documents alike.

use alloc::borrow::{Cow, ToOwned as _};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::values::{Secret, wipe};

/// A token document of Azure Arc has twelve members.
const USUAL_MEMBERS: usize = 12;

/// The most numbers of a list that are kept. Services tell one or two codes in a list.
const MOST_NUMBERS: usize = 8;

/// One JSON object. The names of members are the same in upper and lower case, which services do not agree about; of a
/// member given twice the last counts.
///
/// Members are kept as they are read, in a list: a type of its own for each dialect would say in advance what peers must
/// send, and would take four times the room in a WebAssembly component.
#[derive(Default)]
pub(super) struct Document<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

/// The value of a member, as far as any dialect gives it a meaning.
pub(super) enum Value<'a> {
    /// Absent, or null.
    Absent,
    /// A text, borrowed from the body where it has no escapes.
    Text(Cow<'a, str>),
    /// A number, cut to a whole one; what is below zero counts as zero.
    Number(u64),
    /// An object, as Service Fabric's `error`.
    Object(Document<'a>),
    /// The numbers of a list, such as `error_codes`.
    Numbers(Vec<u64>),
    /// A truth value.
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

/// What a body is when it is read as JSON.
pub(super) enum Json<'a> {
    /// One object.
    Document(Document<'a>),
    /// One text, which is as good as a body without JSON around it.
    Text(Secret),
    /// One value of another kind.
    Other,
    /// No JSON, or broken.
    None,
}

impl<'a> Json<'a> {
    pub(super) fn read(body: &'a [u8]) -> Self {
        // RFC 8259, section 8.1: a byte order mark may be passed over.
        match serde_json::from_slice(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)) {
            Ok(Value::Object(document)) => Self::Document(document),
            Ok(Value::Text(text)) => Self::Text(Secret::new(text.into_owned())),
            Ok(_) => Self::Other,
            Err(_) => Self::None,
        }
    }
}

/// The object that a text begins with, and its length in the text, whatever comes after it.
#[cfg(feature = "chain")]
pub(super) fn leading(text: &[u8]) -> Option<(Document<'_>, usize)> {
    let mut values = serde_json::Deserializer::from_slice(text).into_iter::<Value<'_>>();
    match values.next()? {
        Ok(Value::Object(document)) => Some((document, values.byte_offset())),
        _ => None,
    }
}

impl<'a> Document<'a> {
    /// The value of a member.
    pub(super) fn value(&self, name: &str) -> &Value<'a> {
        self.0.iter().rfind(|(it, _)| it.eq_ignore_ascii_case(name)).map_or(&Value::Absent, |(_, value)| value)
    }

    /// The value of a member, if it is a text and not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.value(name) {
            Value::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// The first of these members that is a text and not empty.
    pub(super) fn first_text(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.text(name))
    }
}

impl<'de> Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Absent)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value<'de>, E> {
        Ok(Value::Other)
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value<'de>, E> {
        Ok(Value::Number(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value<'de>, E> {
        Ok(Value::Number(u64::try_from(number).unwrap_or(0)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value<'de>, E> {
        // Saturates at both ends.
        Ok(Value::Number(number as u64))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value<'de>, A::Error> {
        let mut numbers = Vec::new();
        while numbers.len() < MOST_NUMBERS {
            match list.next_element()? {
                Some(Element(number)) => numbers.extend(number),
                None => return Ok(Value::Numbers(numbers)),
            }
        }
        IgnoredAny.visit_seq(list).map(|_| Value::Numbers(numbers))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        // Room is made at the first member, since a body can hold ten thousand objects without any.
        let mut document = Document::default();
        // In JSON every name is a text.
        while let Some(Value::Text(name)) = map.next_key()? {
            let value = map.next_value()?;
            if document.0.is_empty() {
                document.0.reserve(USUAL_MEMBERS);
            }
            document.0.push((name, value));
        }
        Ok(Value::Object(document))
    }
}

/// One element of a list, if it is a whole number. What is in the others does not matter, however deep it goes.
struct Element(Option<u64>);

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ElementVisitor)
    }
}

struct ElementVisitor;

impl<'de> Visitor<'de> for ElementVisitor {
    type Value = Element;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Element, E> {
        Ok(Element(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Element, E> {
        Ok(Element(None))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Element, E> {
        Ok(Element(Some(number)))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Element, E> {
        Ok(Element(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Element, E> {
        Ok(Element(None))
    }

    fn visit_str<E>(self, _: &str) -> Result<Element, E> {
        Ok(Element(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Element, A::Error> {
        IgnoredAny.visit_seq(list).map(|_| Element(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Element, A::Error> {
        IgnoredAny.visit_map(map).map(|_| Element(None))
    }
}

#[cfg(test)]
mod tests {
    use alloc::borrow::Cow;
    use alloc::string::{String, ToString as _};

    use super::{Json, Value};

    /// What is read of the member `message`; `None` where the body is no document.
    fn read(body: &[u8]) -> Option<String> {
        let Json::Document(document) = Json::read(body) else { return None };
        Some(match document.value("message") {
            Value::Absent => "absent".to_string(),
            Value::Text(text) => text.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Object(_) => "object".to_string(),
            Value::Numbers(numbers) => alloc::format!("{numbers:?}"),
            Value::Other => "other".to_string(),
        })
    }

    #[test]
    fn values_are_read_as_far_as_they_mean_something() {
        for (value, expected) in [
            (r#""plain""#, "plain"),
            (r#""\u0041\\\n""#, "A\\\n"),
            ("7", "7"),
            ("-7", "0"),
            ("1700003600.999", "1700003600"),
            ("1.5e2", "150"),
            ("18446744073709551616", "18446744073709551615"),
            ("null", "absent"),
            ("true", "other"),
            ("[1,\"a\",{},[5],2]", "[1, 2]"),
            ("[1,2,3,4,5,6,7,8,9,{}]", "[1, 2, 3, 4, 5, 6, 7, 8]"),
            ("{}", "object"),
        ] {
            let body = alloc::format!(r#" {{"x":[{value}],"message":1,"message":{value}}} "#);
            assert_eq!(read(body.as_bytes()).as_deref(), Some(expected), "{body}");
        }
    }

    #[test]
    fn what_is_no_object_is_no_document() {
        for body in ["", "[]", "\"text\"", "null", "7", "{", "{}x", "{\"a\"}", "{\"message\":1e999}", "\u{feff}"] {
            assert_eq!(read(body.as_bytes()), None, "{body}");
        }
        assert_eq!(read(b"{\"message\":\"\xff\"}"), None);
        assert_eq!(read(b"{}").as_deref(), Some("absent"));
    }

    #[test]
    fn a_byte_order_mark_before_a_document_is_passed_over() {
        assert_eq!(read("\u{feff}{\"message\":7}".as_bytes()).as_deref(), Some("7"));
        assert_eq!(read("\u{feff}\u{feff}{}".as_bytes()), None);
    }

    #[test]
    fn deep_nesting_ends_neither_the_stack_nor_the_patience() {
        // An interpreter is slow.
        let deep = if cfg!(miri) { 1_000 } else { 100_000 };
        for (depth, accepted) in [(100, true), (deep, false)] {
            let body = alloc::format!(r#"{{"x":{}0{}}}"#, r#"{"y":"#.repeat(depth), "}".repeat(depth));
            assert_eq!(read(body.as_bytes()).is_some(), accepted, "{depth}");
        }
        let lists = alloc::format!(r#"{{"x":{}{}}}"#, "[".repeat(deep), "]".repeat(deep));
        assert_eq!(read(lists.as_bytes()).as_deref(), Some("absent"));
    }

    #[test]
    fn names_are_the_same_in_upper_and_lower_case() {
        for name in ["MESSAGE", "Message", "mEssage"] {
            assert_eq!(
                read(alloc::format!(r#"{{"{name}":"it","messages":"another"}}"#).as_bytes()).as_deref(),
                Some("it")
            );
        }
    }

    #[test]
    fn texts_are_borrowed_unless_they_have_escapes() {
        let body = br#"{"plain":"text","escaped":"a\/b"}"#;
        let Json::Document(document) = Json::read(body) else { panic!("an object is a document") };
        assert!(matches!(document.value("plain"), Value::Text(Cow::Borrowed("text"))));
        let Value::Text(Cow::Owned(text)) = document.value("escaped") else { panic!("an unescaped text is a copy") };
        assert_eq!(text, "a/b");
    }
}
