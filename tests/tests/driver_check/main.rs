//! Our drivers on the hostile and broken peers of the simulator, and one that is sloppy.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

mod calls;
mod environment;
mod ours;
mod sloppy;
