//! The JSON documents that endpoints answer with, whatever their dialect: token and error documents alike.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use core::fmt;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::secret::wipe;

/// One JSON object, of which only the members that some dialect uses are kept. Of a member given twice the last counts.
#[derive(Default)]
pub(crate) struct Document<'a> {
    pub(crate) access_token: Value<'a>,
    pub(crate) client_id: Value<'a>,
    pub(crate) code: Value<'a>,
    pub(crate) correlation_id: Value<'a>,
    pub(crate) error: Value<'a>,
    pub(crate) error_description: Value<'a>,
    pub(crate) expires_in: Value<'a>,
    pub(crate) expires_on: Value<'a>,
    pub(crate) message: Value<'a>,
    pub(crate) mi_res_id: Value<'a>,
    pub(crate) msi_res_id: Value<'a>,
    pub(crate) object_id: Value<'a>,
    pub(crate) refresh_in: Value<'a>,
    pub(crate) resource: Value<'a>,
    pub(crate) token_type: Value<'a>,
}

/// The value of a member, as far as any dialect gives it a meaning.
#[derive(Default)]
pub(crate) enum Value<'a> {
    /// Absent, or null.
    #[default]
    Absent,
    /// A text.
    Text(Cow<'a, str>),
    /// A number, cut to a whole one; what is below zero counts as zero.
    Number(u64),
    /// An object, as Service Fabric's `error`.
    Object(Box<Document<'a>>),
    /// A truth value or a list.
    Other,
}

impl Value<'_> {
    /// The text, unless it is empty.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }
}

impl Drop for Document<'_> {
    fn drop(&mut self) {
        // An unescaped copy of the token; a borrowed one is wiped with the body.
        if let Value::Text(Cow::Owned(token)) = &mut self.access_token {
            wipe(core::mem::take(token).into_bytes());
        }
    }
}

impl<'a> Document<'a> {
    /// Reads a body; `None` unless it is one JSON object.
    pub(crate) fn parse(body: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }

    fn member(&mut self, name: &str) -> Option<&mut Value<'a>> {
        Some(match name {
            "access_token" => &mut self.access_token,
            "client_id" => &mut self.client_id,
            "code" => &mut self.code,
            "correlationId" | "correlation_id" => &mut self.correlation_id,
            "error" => &mut self.error,
            "error_description" => &mut self.error_description,
            "expires_in" => &mut self.expires_in,
            "expires_on" => &mut self.expires_on,
            "Message" | "message" => &mut self.message,
            "mi_res_id" => &mut self.mi_res_id,
            "msi_res_id" => &mut self.msi_res_id,
            "object_id" => &mut self.object_id,
            "refresh_in" => &mut self.refresh_in,
            "resource" => &mut self.resource,
            "token_type" => &mut self.token_type,
            _ => return None,
        })
    }

    fn read_members<M: MapAccess<'a>>(mut map: M) -> Result<Self, M::Error> {
        let mut document = Self::default();
        while let Some(Name(name)) = map.next_key()? {
            match document.member(&name) {
                Some(member) => *member = map.next_value()?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(document)
    }
}

impl<'de> Deserialize<'de> for Document<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Document<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Document<'de>, M::Error> {
                Document::read_members(map)
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// The name of a member, borrowed where it has no escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Text(name) => Ok(Self(name)),
            _ => Err(de::Error::custom("the name of a member is a text")),
        }
    }
}

impl<'de> Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(text.into())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value<'de>, E> {
        Ok(Value::Number(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value<'de>, E> {
        Ok(Value::Number(u64::try_from(number).unwrap_or(0)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value<'de>, E> {
        // The conversion cuts the fraction and saturates.
        Ok(Value::Number(number as u64))
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Absent)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value<'de>, E> {
        Ok(Value::Other)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Value<'de>, S::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Other)
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Value<'de>, M::Error> {
        Ok(Value::Object(Box::new(Document::read_members(map)?)))
    }
}
