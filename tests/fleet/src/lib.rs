//! A fleet of programs in virtual time: each has a token cache and gets its tokens by real flows of the machine, or by the
//! rules of another library, from the endpoint of its machine, behind which there is one authority for all.
//!
//! Nothing here does I/O, reads a clock or draws a number that its seed does not decide: a run is a function of its
//! [`Scenario`], the size of the fleet, the [`Library`] and a seed. Time is counted in milliseconds from the begin of a run.

mod answer;
mod fleet;
mod library;
mod measure;
mod ours;
mod peer;
mod queue;
mod rules;
mod scenario;
mod service;
mod survey;
mod table;
mod time;

pub use fleet::{Fleet, run};
pub use library::Library;
pub use measure::{Load, Outcome};
pub use scenario::{Scenario, Weather};
pub use survey::{Row, Survey, survey};
pub use table::table;
pub use time::{HOUR, MINUTE, Millis, SECOND};
