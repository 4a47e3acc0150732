//! What came in the place of a JSON object.

use alloc::string::String;

use super::optional::Optional;

/// What a body holds that should be a JSON object and is none. Texts are of the peer: length-capped, without control
/// characters, and without the secrets that were sent to it. `Display` says it in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OtherContent {
    /// Nothing at all.
    #[error("an empty body")]
    Empty,
    /// A page for people, as proxies and sign-in pages send it.
    #[error("an HTML page{}", Optional(" titled \"", .title.as_ref(), "\""))]
    Html {
        /// Its title; nothing else of it is kept.
        title: Option<String>,
    },
    /// JSON that is no object, or that is broken.
    #[error("JSON that is broken or no object")]
    Json,
    /// Plain text.
    #[error("a text{}", Optional(": \"", .words.as_ref(), "\""))]
    Text {
        /// The text. It is left out where it could be a token.
        words: Option<String>,
    },
    /// Anything else.
    #[error("content that is neither JSON nor text{}", Optional(" (", .media_type.as_ref(), ")"))]
    Unknown {
        /// The media type that the peer gave it.
        media_type: Option<String>,
    },
}
