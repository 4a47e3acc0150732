//! What an open file shows of itself, whatever the system.

/// What is known of an open file.
pub(crate) struct Facts {
    pub(crate) regular: bool,
    pub(crate) len: u64,
}
