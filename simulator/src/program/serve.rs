//! `serve`: a simulated source for programs that are started elsewhere.

use std::io::{self, Write};

use super::environment::EnvironmentFormat;
use super::options::SimulatorOptions;
use super::signals::{EndSignals, runtime};
use crate::error::SimulatorError;

/// The arguments of `serve`.
#[derive(Debug, clap::Args)]
pub struct ServeArguments {
    /// What to simulate.
    #[command(flatten)]
    pub simulator: SimulatorOptions,
    /// How to print the environment
    #[arg(long, value_enum, default_value_t = EnvironmentFormat::Dotenv)]
    pub format: EnvironmentFormat,
}

impl ServeArguments {
    pub(super) fn execute(self) -> Result<(), SimulatorError> {
        let failed = |action| move |cause| SimulatorError::Program { action, cause };
        runtime()?.block_on(async {
            let mut signals = EndSignals::listen().map_err(failed("listen for signals"))?;
            let session = self.simulator.start()?;
            let text = self.format.render(&session.simulator.environment());
            let mut output = io::stdout().lock();
            output.write_all(text.as_bytes()).and_then(|()| output.flush()).map_err(failed("print the environment"))?;
            signals.next().await;
            session.end()
        })
    }
}
