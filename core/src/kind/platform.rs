//! The operating system whose rules apply.

/// The operating system, as an input: inside a Wasm guest `cfg!(windows)` and `cfg!(unix)` are both false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Platform {
    /// Linux.
    Linux,
    /// Windows.
    Windows,
    /// Anything else, where Azure Arc does not exist.
    Other,
}
