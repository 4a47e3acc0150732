//! What the blocking client needs from the outside world.

/// The effects of a flow, and randomness for its start.
///
/// [`p2::WasiEffects`](crate::p2) is the real thing; a host that lends its own abilities, or a test, gives another.
pub trait Effects: managed_identity_core::Effects {
    /// A random number, drawn anew at each call.
    fn seed(&mut self) -> u64;
}
