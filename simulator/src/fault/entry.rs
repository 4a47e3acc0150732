//! An entry of a fault script as JSON, and as the text of a `--fault` option.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::kind::{Fault, FaultKind};
use crate::error::InvalidFault;

/// The members an entry may have. The README documents them.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FaultEntry {
    times: Option<u32>,
    delay_ms: Option<u64>,
    pass: bool,
    status: Option<u16>,
    reason: Option<String>,
    headers: Option<BTreeMap<String, OneOrMany>>,
    body: Option<String>,
    text: Option<String>,
    html: Option<String>,
    aadsts: Option<u32>,
    gone: bool,
    throttled: Option<TextOrNumber>,
    cut: bool,
    truncated: bool,
    huge: Option<u64>,
    endless: bool,
    not_json: bool,
    wrong_identity: bool,
    members: Option<Map<String, Value>>,
    lost_key: bool,
    rotated_key: bool,
    redirect: Option<String>,
    challenge: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum TextOrNumber {
    Number(u64),
    Text(String),
}

impl FaultEntry {
    /// The answer that is given word by word, if the entry has a status.
    fn scripted(&mut self) -> Result<Option<FaultKind>, InvalidFault> {
        let bodies = [&self.body, &self.text, &self.html].into_iter().flatten().count();
        let Some(status) = self.status else {
            if bodies > 0 || self.headers.is_some() || self.reason.is_some() {
                return Err(InvalidFault(
                    "`reason`, `headers`, `body`, `text` and `html` belong to `status`".to_owned(),
                ));
            }
            return Ok(None);
        };
        if bodies > 1 {
            return Err(InvalidFault("an answer has one of `body`, `text` and `html`".to_owned()));
        }
        let mut fault = Fault::status(status);
        for (name, values) in self.headers.take().unwrap_or_default() {
            let values = match values {
                OneOrMany::One(value) => vec![value],
                OneOrMany::Many(values) => values,
            };
            fault = values.into_iter().fold(fault, |fault, value| fault.header(&name, value));
        }
        if let Some(reason) = self.reason.take() {
            fault = fault.reason(reason);
        }
        fault = match (self.body.take(), self.text.take(), &self.html) {
            (Some(body), ..) => fault.body(body),
            (_, Some(sentence), _) => fault.text(sentence),
            (.., Some(title)) => fault.html(title),
            _ => fault,
        };
        Ok(Some(fault.kind))
    }
}

impl TryFrom<FaultEntry> for Fault {
    type Error = InvalidFault;

    fn try_from(mut entry: FaultEntry) -> Result<Self, Self::Error> {
        let flag = |set: bool, kind: FaultKind| set.then_some(kind);
        let throttled = |value| FaultKind::Throttled {
            retry_after: match value {
                TextOrNumber::Number(seconds) => seconds.to_string(),
                TextOrNumber::Text(text) => text,
            },
        };
        let mut kinds = [
            flag(entry.pass, FaultKind::Pass),
            entry.scripted()?,
            entry.aadsts.map(|code| FaultKind::Aadsts { code }),
            flag(entry.gone, FaultKind::Gone),
            entry.throttled.map(throttled),
            flag(entry.cut, FaultKind::Cut),
            flag(entry.truncated, FaultKind::Truncated),
            entry.huge.map(|bytes| FaultKind::Huge { bytes }),
            flag(entry.endless, FaultKind::Endless),
            flag(entry.not_json, FaultKind::NotJson),
            flag(entry.wrong_identity, FaultKind::WrongIdentity),
            entry.members.map(|members| FaultKind::Members { members }),
            flag(entry.lost_key, FaultKind::LostKey),
            flag(entry.rotated_key, FaultKind::RotatedKey),
            entry.redirect.map(|location| FaultKind::Redirect { location }),
            entry.challenge.map(|value| FaultKind::Challenge { value }),
        ]
        .into_iter()
        .flatten();
        let kind = match (kinds.next(), kinds.next(), entry.delay_ms) {
            (Some(kind), None, _) => kind,
            (None, _, Some(_)) => FaultKind::Pass,
            (None, _, None) => return Err(InvalidFault("the entry names no fault; `pass` is one".to_owned())),
            (Some(_), Some(_), _) => return Err(InvalidFault("the entry names more than one fault".to_owned())),
        };
        let delay = Duration::from_millis(entry.delay_ms.unwrap_or_default());
        let fault = Self::from(kind).delay(delay).times(entry.times.unwrap_or(1));
        fault.check()?;
        Ok(fault)
    }
}

impl<'de> Deserialize<'de> for Fault {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        FaultEntry::deserialize(deserializer)?.try_into().map_err(D::Error::custom)
    }
}

/// Reads the text of a `--fault` option: a JSON object, or `name=value` pairs parted by commas, where a name alone
/// stands for `name=true`.
impl FromStr for Fault {
    type Err = InvalidFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let document = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| InvalidFault(error.to_string()))?
        } else {
            Value::Object(text.split(',').map(pair).collect::<Map<_, _>>())
        };
        serde_json::from_value(document).map_err(|error| InvalidFault(error.to_string()))
    }
}

fn pair(text: &str) -> (String, Value) {
    let (name, value) = text.split_once('=').unwrap_or((text, "true"));
    let value = match value.parse::<u64>() {
        Ok(number) => Value::from(number),
        Err(_) if value == "true" => Value::from(true),
        Err(_) => Value::from(value),
    };
    (name.trim().to_owned(), value)
}
