//! Every library in every scenario.

use managed_identity_core::ConfigError;

use crate::fleet::{Fleet, run};
use crate::library::Library;
use crate::measure::Outcome;
use crate::scenario::Scenario;

/// What came of one scenario.
#[derive(Debug)]
pub struct Row {
    /// The scenario.
    pub scenario: Scenario,
    /// For each library what came of it.
    pub outcomes: Vec<(Library, Outcome)>,
}

/// What came of all of them.
#[derive(Debug)]
pub struct Survey {
    /// The fleet that went through them.
    pub fleet: Fleet,
    /// In the order of [`Scenario::all`].
    pub rows: Vec<Row>,
}

/// Runs a fleet with each library through each scenario, and tells before each run which one it is.
///
/// # Errors
/// When this project's client cannot be configured.
pub fn survey(fleet: Fleet, mut tell: impl FnMut(&Scenario, Library)) -> Result<Survey, ConfigError> {
    let row = |scenario: Scenario| {
        let outcome = |library: &Library| {
            tell(&scenario, *library);
            Ok((*library, run(fleet, *library, &scenario)?))
        };
        let outcomes = Library::ALL.iter().map(outcome).collect::<Result<_, ConfigError>>()?;
        Ok(Row { outcomes, scenario })
    };
    Ok(Survey { fleet, rows: Scenario::all().into_iter().map(row).collect::<Result<_, ConfigError>>()? })
}
