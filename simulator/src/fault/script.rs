//! The order in which faults happen.

use std::collections::VecDeque;
use std::path::Path;

use serde::Deserialize;

use super::kind::Fault;
use crate::error::{InvalidFault, SimulatorError};
use crate::source::SimulatedSource;

/// An ordered list of faults. Each entry is used up by as many token requests as its `times` says; after the last one
/// service is normal.
///
/// Requests for the published documents (`OpenID` metadata, keys, instance discovery) use nothing up.
///
/// As JSON it is an array of objects, which the README of this crate documents:
///
/// ```
/// use managed_identity_simulator::FaultScript;
///
/// let script: FaultScript = r#"[
///     { "throttled": 2, "times": 2 },
///     { "status": 503, "headers": { "Retry-After": "1" }, "body": "busy", "delay_ms": 20 }
/// ]"#.parse()?;
/// # Ok::<(), managed_identity_simulator::InvalidFault>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct FaultScript {
    faults: VecDeque<Fault>,
}

impl FaultScript {
    /// No faults: normal service.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a fault at the end.
    #[must_use]
    pub fn then(mut self, fault: Fault) -> Self {
        self.faults.push_back(fault);
        self
    }

    /// Reads a script from a JSON file.
    ///
    /// # Errors
    ///
    /// [`SimulatorError::File`] when the file cannot be read, [`SimulatorError::Fault`] when it holds no fault script.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, SimulatorError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(SimulatorError::file("read", path))?;
        Ok(text.parse()?)
    }

    /// Whether every entry can happen on `source`.
    pub(crate) fn check(&self, source: SimulatedSource) -> Result<(), InvalidFault> {
        self.faults.iter().try_for_each(|fault| fault.check().and_then(|()| fault.check_for(source)))
    }

    /// The fault for the next request, if there is one.
    pub(crate) fn next(&mut self) -> Option<Fault> {
        let front = self.faults.front_mut()?;
        if front.times > 1 {
            front.times -= 1;
            return Some(front.clone());
        }
        self.faults.pop_front()
    }
}

impl std::str::FromStr for FaultScript {
    type Err = InvalidFault;

    fn from_str(json: &str) -> Result<Self, Self::Err> {
        serde_json::from_str(json).map_err(|error| InvalidFault(error.to_string()))
    }
}

impl Extend<Fault> for FaultScript {
    fn extend<I: IntoIterator<Item = Fault>>(&mut self, faults: I) {
        self.faults.extend(faults);
    }
}
