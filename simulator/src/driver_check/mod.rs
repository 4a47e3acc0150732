//! A check for drivers: plays hostile and broken peers to whatever sends the calls of the state machine, and says which
//! promise it breaks.
//!
//! A driver is what performs the machine's effects over an HTTP client. A client that retries, follows redirects, honours
//! proxies or has no limits works well until the day on which that sends a credential elsewhere or hangs for ever; a wrong
//! name for a failure costs retries that cannot help, or leaves out those that would. No ordinary test notices. This one
//! starts a peer on loopback for each row, hands the driver a plain description of one call, and holds what the driver did
//! and said against what it had promised.
//!
//! The check knows nothing of the machine's types, so a driver in any language and over any of its versions can be tried.
//! A blocking driver is a closure; what an async runtime needs, it may do inside:
//!
//! ```
//! use managed_identity_simulator::driver_check::{DriverCall, DriverError, DriverOutcome, check};
//!
//! /// A driver that never sends anything, since it cannot keep a time limit.
//! fn send(_: &DriverCall) -> DriverOutcome {
//!     DriverOutcome::Failed(DriverError::Unsupported("time-limit".to_owned()))
//! }
//!
//! let report = check(send)?;
//! println!("{report}");
//! assert!(report.is_clean(), "a driver that says what it cannot do is honest");
//! # Ok::<(), managed_identity_simulator::SimulatorError>(())
//! ```
//!
//! Or the rows are stepped through by hand, which suits an async test:
//!
//! ```
//! use managed_identity_simulator::driver_check::{DriverError, DriverOutcome, DriverRow, Verdict};
//!
//! let play = DriverRow::Refuse.start()?;
//! // Here the driver makes `play.call()`. This one found that the connection broke.
//! let finding = play.judge(&DriverOutcome::Failed(DriverError::Broken));
//! assert_eq!(finding.to_string(), "refuse: reported as broken; a refused connection is connect");
//! # Ok::<(), managed_identity_simulator::SimulatorError>(())
//! ```
//!
//! A whole check takes some seconds, since time limits have to pass; it takes longer with a driver that has none. The row
//! [`DriverRow::Proxy`] is played in a process only whose environment names a proxy on 127.0.0.1, where the check then
//! listens: start the test with `HTTP_PROXY=http://127.0.0.1:PORT`.

mod call;
mod finding;
mod judge;
mod outcome;
mod peer;
mod play;
mod row;

pub use self::call::{DriverCall, DriverTrust};
pub use self::finding::{Finding, Report, Verdict};
pub use self::outcome::{DriverError, DriverOutcome, UnknownDriverError};
pub use self::play::Play;
pub use self::row::DriverRow;
use crate::error::SimulatorError;

/// Plays every row to a driver, one after the other.
///
/// # Errors
///
/// [`SimulatorError`] when a peer cannot be started. A broken promise is no error but a [`Finding`].
pub fn check(mut driver: impl FnMut(&DriverCall) -> DriverOutcome) -> Result<Report, SimulatorError> {
    let findings = DriverRow::ALL.into_iter().map(|row| {
        let play = row.start()?;
        let outcome = driver(play.call());
        Ok(play.judge(&outcome))
    });
    Ok(Report { findings: findings.collect::<Result<_, SimulatorError>>()? })
}
