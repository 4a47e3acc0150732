//! The middle of a vector: the effects that must come, and what the outside world answers.

use std::collections::BTreeMap;

use serde::Deserialize;

/// One effect and its answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// The effect that must come.
    pub expect: Effect,
    /// What the outside world answers; nothing after a sleep.
    #[serde(default)]
    pub answer: Option<Answer>,
    /// How long the effect takes, besides a sleep's own delay.
    #[serde(default)]
    pub takes_seconds: u64,
}

/// An effect.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// A request.
    Http(HttpEffect),
    /// The reading of a file.
    ReadFile(FileEffect),
    /// A wait.
    Sleep(SleepEffect),
}

/// A request, as it must look.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpEffect {
    /// The method.
    pub method: String,
    /// Scheme, authority and path.
    pub url: String,
    /// All parameters of the query, decoded.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    /// Headers that must be there; others may.
    #[serde(default)]
    pub headers: BTreeMap<String, HeaderText>,
    /// Headers that must not be there.
    #[serde(default)]
    pub absent_headers: Vec<String>,
    /// All fields of the form in the body, decoded; without it the body is empty.
    #[serde(default)]
    pub form: BTreeMap<String, Content>,
    /// How the server has to prove who it is.
    #[serde(default)]
    pub trust: TrustName,
}

/// The value of a header.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum HeaderText {
    /// Exactly this text.
    Exact(String),
    /// Any text of a form.
    Form {
        /// The form.
        form: HeaderForm,
    },
}

/// The form of a header's value that no vector can know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeaderForm {
    /// Any text that is not empty.
    NotEmpty,
    /// A UUID of version 4, another one in each request.
    UuidV4,
}

/// How a server has to prove who it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrustName {
    /// Not at all: plain HTTP.
    #[default]
    Plain,
    /// By a certificate that the machine's roots vouch for.
    Roots,
    /// By the leaf certificate with this SHA-1 thumbprint: 40 digits in lower case.
    Leaf(String),
}

/// The reading of a file, as it must be asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEffect {
    /// The path.
    pub path: String,
    /// The folder it must be directly in, if any.
    pub directory: Option<String>,
    /// The most bytes to accept.
    pub max_len: usize,
}

/// A wait.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SleepEffect {
    /// The shortest delay that is right, in milliseconds.
    pub min_ms: u64,
    /// The longest delay that is right, in milliseconds.
    pub max_ms: u64,
    /// Why.
    pub cause: Cause,
}

/// Why a wait is due.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The endpoint answered this status.
    Status(u16),
    /// There was no answer, for this kind of reason.
    TransportError(String),
}

/// What the outside world answers.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// To a request: a response.
    Response(ResponseAnswer),
    /// To a request: no response, for this kind of reason.
    TransportError(String),
    /// To the reading of a file: its content.
    File(Content),
    /// To the reading of a file: a failure of this kind.
    FileError(String),
}

/// A response.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResponseAnswer {
    /// The status.
    pub status: u16,
    /// The reason phrase, when it is not the standard one.
    #[serde(default)]
    pub reason: Option<String>,
    /// The headers, in order.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The body, empty when absent.
    #[serde(default)]
    pub body: Content,
}

/// Bytes, as they can be written down.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Content {
    /// A text.
    Text(String),
    /// A JSON document.
    Json {
        /// The document.
        json: serde_json::Value,
    },
    /// A text many times over.
    Repeat {
        /// The text.
        repeat: String,
        /// How many times.
        times: usize,
    },
    /// Bytes in hexadecimal digits.
    Hex {
        /// The digits.
        hex: String,
    },
}

impl Content {
    /// The bytes.
    ///
    /// # Errors
    /// When hexadecimal digits are not.
    pub fn bytes(&self) -> Result<Vec<u8>, String> {
        match self {
            Self::Text(text) => Ok(text.clone().into_bytes()),
            Self::Json { json } => Ok(json.to_string().into_bytes()),
            Self::Repeat { repeat, times } => Ok(repeat.repeat(*times).into_bytes()),
            Self::Hex { hex } => {
                let digits: Option<Vec<u32>> = hex.chars().map(|digit| digit.to_digit(16)).collect();
                let digits = digits.filter(|digits| digits.len() % 2 == 0).ok_or("not hexadecimal digits")?;
                // Two hexadecimal digits make at most 255.
                Ok(digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect())
            }
        }
    }

    /// The bytes as text.
    ///
    /// # Errors
    /// When they are none.
    pub fn text(&self) -> Result<String, String> {
        String::from_utf8(self.bytes()?).map_err(|error| error.to_string())
    }
}

impl Default for Content {
    fn default() -> Self {
        Self::Text(String::new())
    }
}
