//! An entry of a fault script as JSON, and as the text of a `--fault` option.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Fault, FaultKind};
use crate::error::InvalidFault;

/// The members an entry may have. The README documents them.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FaultEntry {
    times: Option<u32>,
    delay_ms: Option<u64>,
    pass: bool,
    status: Option<u16>,
    headers: Option<BTreeMap<String, OneOrMany>>,
    body: Option<String>,
    gone: bool,
    throttled: Option<TextOrNumber>,
    cut: bool,
    truncated: bool,
    huge: Option<u64>,
    endless: bool,
    not_json: bool,
    wrong_identity: bool,
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

impl TryFrom<FaultEntry> for Fault {
    type Error = InvalidFault;

    fn try_from(entry: FaultEntry) -> Result<Self, Self::Error> {
        if entry.status.is_none() && (entry.headers.is_some() || entry.body.is_some()) {
            return Err(InvalidFault("`headers` and `body` belong to `status`".to_owned()));
        }
        let flag = |set: bool, kind: FaultKind| set.then_some(kind);
        let headers = entry.headers.unwrap_or_default().into_iter().flat_map(|(name, values)| {
            let values = match values {
                OneOrMany::One(value) => vec![value],
                OneOrMany::Many(values) => values,
            };
            values.into_iter().map(move |value| (name.clone(), value))
        });
        let status =
            |status| FaultKind::Status { status, headers: headers.collect(), body: entry.body.unwrap_or_default() };
        let throttled = |value| FaultKind::Throttled {
            retry_after: match value {
                TextOrNumber::Number(seconds) => seconds.to_string(),
                TextOrNumber::Text(text) => text,
            },
        };
        let mut kinds = [
            flag(entry.pass, FaultKind::Pass),
            entry.status.map(status),
            flag(entry.gone, FaultKind::Gone),
            entry.throttled.map(throttled),
            flag(entry.cut, FaultKind::Cut),
            flag(entry.truncated, FaultKind::Truncated),
            entry.huge.map(|bytes| FaultKind::Huge { bytes }),
            flag(entry.endless, FaultKind::Endless),
            flag(entry.not_json, FaultKind::NotJson),
            flag(entry.wrong_identity, FaultKind::WrongIdentity),
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
