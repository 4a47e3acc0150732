//! The options that `serve` and `run` have in common.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::error::SimulatorError;
use crate::fault::{Fault, FaultScript};
use crate::simulator::Simulator;
use crate::source::SimulatedSource;

/// What to simulate, and how.
#[derive(Debug, clap::Args)]
pub struct SimulatorOptions {
    /// service-fabric, app-service, machine-learning, azure-arc, cloud-shell, imds or workload-identity
    #[arg(value_name = "SOURCE")]
    pub source: SimulatedSource,
    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Folder for the key files of azure-arc, instead of a temporary one
    #[arg(long, value_name = "FOLDER")]
    pub key_folder: Option<PathBuf>,
    /// Seconds that tokens live
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400)]
    pub token_lifetime: u64,
    /// RSA private key in PEM form that signs the tokens as RS256; without it a new key signs them as ES256
    #[arg(long, value_name = "FILE")]
    pub signing_key: Option<PathBuf>,
    /// Fault script: a JSON file
    #[arg(long, value_name = "FILE")]
    pub faults: Option<PathBuf>,
    /// A fault after those of the script, such as status=503,times=2 or throttled=5 or cut; may be repeated
    #[arg(long = "fault", value_name = "FAULT")]
    pub fault: Vec<Fault>,
    /// Append each request as a line of JSON to a file; - is standard error
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
}

impl SimulatorOptions {
    /// Starts the simulator that the options describe.
    ///
    /// # Errors
    ///
    /// [`SimulatorError`] when a file cannot be read or opened, or the simulator cannot be started.
    pub fn start(self) -> Result<Simulator, SimulatorError> {
        let mut faults = self.faults.map_or_else(|| Ok(FaultScript::new()), FaultScript::from_file)?;
        faults.extend(self.fault);
        let mut builder = Simulator::builder(self.source)
            .port(self.port)
            .token_lifetime(Duration::from_secs(self.token_lifetime))
            .faults(faults);
        if let Some(folder) = self.key_folder {
            builder = builder.key_folder(folder);
        }
        if let Some(path) = self.signing_key {
            builder = builder.signing_key(std::fs::read(&path).map_err(SimulatorError::file("read", path))?);
        }
        builder = match self.log {
            None => builder,
            Some(path) if path.as_os_str() == "-" => builder.request_log(io::stderr()),
            Some(path) => {
                let log = File::options().append(true).create(true).open(&path);
                builder.request_log(log.map_err(SimulatorError::file("write", path))?)
            }
        };
        builder.start()
    }
}
