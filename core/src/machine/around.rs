//! What is around a flow: a chain of credentials, or nothing.

#[cfg(feature = "chain")]
pub(super) use in_a_chain::Around;
#[cfg(not(feature = "chain"))]
pub(super) use nothing::Around;

#[cfg(feature = "chain")]
mod in_a_chain {
    use alloc::boxed::Box;
    use core::time::Duration;

    use crate::machine::walk::Walk;
    use crate::values::UnixTime;

    /// The chain around a flow, if there is one.
    #[derive(Debug)]
    pub(in crate::machine) struct Around(pub(in crate::machine) Option<Box<Walk>>);

    impl Around {
        pub(in crate::machine) const NOTHING: Self = Self(None);

        /// Something came at this time.
        pub(in crate::machine) fn at(&mut self, now: UnixTime) {
            if let Some(walk) = &mut self.0 {
                walk.at(now);
            }
        }

        /// So much will be waited.
        pub(in crate::machine) fn waits(&mut self, delay: Duration) {
            if let Some(walk) = &mut self.0 {
                walk.waits(delay);
            }
        }
    }
}

#[cfg(not(feature = "chain"))]
mod nothing {
    use core::time::Duration;

    use crate::values::UnixTime;

    /// Nothing is around a flow.
    #[derive(Debug)]
    pub(in crate::machine) struct Around;

    impl Around {
        pub(in crate::machine) const NOTHING: Self = Self;

        pub(in crate::machine) fn at(&mut self, _: UnixTime) {}

        pub(in crate::machine) fn waits(&mut self, _: Duration) {}
    }
}
