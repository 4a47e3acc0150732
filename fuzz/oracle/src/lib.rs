//! The bodies of the fuzz targets. Each takes any bytes and panics when something does not hold that must.
//!
//! The fuzzer runs them with bytes of its own making; `tests/replay.rs` runs them with the committed corpora, on any
//! compiler.

#![allow(clippy::expect_used, clippy::missing_panics_doc, reason = "to panic is what an oracle is for")]

mod answers;
mod certificate;
mod chain;
mod detection;
mod endpoint;
mod flow;
mod play;
mod secrets;
mod texts;
mod tool;

pub use answers::{challenge, error_document, expiry, retry_after, token_document};
pub use certificate::certificate;
pub use chain::chain;
pub use detection::detection;
pub use endpoint::endpoint;
pub use flow::flow;
pub use texts::{identity, thumbprint};
pub use tool::tool;

/// What a target does with the fuzzer's bytes.
pub type Target = fn(&[u8]);

/// The targets by name.
pub const TARGETS: [(&str, Target); 13] = [
    ("certificate", certificate),
    ("chain", chain),
    ("challenge", challenge),
    ("detection", detection),
    ("endpoint", endpoint),
    ("error_document", error_document),
    ("expiry", expiry),
    ("flow", flow),
    ("identity", identity),
    ("retry_after", retry_after),
    ("thumbprint", thumbprint),
    ("token_document", token_document),
    ("tool", tool),
];
