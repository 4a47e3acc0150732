//! The options that `serve` and `run` have in common.

use std::path::PathBuf;
use std::time::Duration;

use super::key_vault_secret::KeyVaultSecret;
use super::log::{self, RequestLog};
use crate::error::SimulatorError;
use crate::fault::{Fault, FaultScript};
use crate::simulator::Simulator;
use crate::source::SimulatedSource;

/// What to simulate, and how.
#[derive(Debug, clap::Args)]
pub struct SimulatorOptions {
    /// service-fabric, app-service, machine-learning, azure-arc, cloud-shell, imds, workload-identity, client-secret, azure-cli,
    /// azure-developer-cli or azure-powershell
    #[arg(value_name = "SOURCE")]
    pub source: SimulatedSource,
    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Open the port so long after the start, such as 4s or 500ms; until then connections are refused
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration, default_value = "0s")]
    pub late: Duration,
    /// Play an HTTP proxy too, on a port of its own: the only way to the authority of workload-identity, and no way to any
    /// other source. The log tells what it was asked
    #[arg(long)]
    pub proxy: bool,
    /// Folder for the key files of azure-arc, instead of a temporary one
    #[arg(long, value_name = "FOLDER")]
    pub key_folder: Option<PathBuf>,
    /// Group that may read the key files: a name in /etc/group, or a number
    #[cfg(unix)]
    #[arg(long, value_name = "GROUP", value_parser = super::key_access::group)]
    pub key_group: Option<u32>,
    /// Permissions of the key files, in octal; without it 640 with a group, else 600
    #[cfg(unix)]
    #[arg(long, value_name = "MODE", value_parser = super::key_access::mode)]
    pub key_mode: Option<u32>,
    /// Seconds that tokens live
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400)]
    pub token_lifetime: u64,
    /// RSA private key in PEM form that signs the tokens as RS256; without it a new key signs them as ES256
    #[arg(long, value_name = "FILE")]
    pub signing_key: Option<PathBuf>,
    /// Have a simulated tool be of a version from before what clients need
    #[arg(long)]
    pub old_tool: bool,
    /// Secrets of a Key Vault beside the source, whose address `AZURE_KEYVAULT_URL` tells.
    #[arg(
        long,
        value_name = "NAME=VALUE",
        help = "A secret of a Key Vault beside the source, whose address AZURE_KEYVAULT_URL tells; may be repeated"
    )]
    pub key_vault_secret: Vec<KeyVaultSecret>,
    /// Containers of a storage account beside the source, whose address `AZURE_STORAGE_URL` tells.
    #[arg(
        long,
        value_name = "NAME",
        help = "A container of a storage account beside the source, whose address AZURE_STORAGE_URL tells; may be repeated"
    )]
    pub storage_container: Vec<String>,
    /// Give Key Vault and storage account an https address on a port of its own, for clients that send a token to no other;
    /// the variables of the environment name its CA
    #[arg(long)]
    pub services_https: bool,
    /// Fault script: a JSON file
    #[arg(long, value_name = "FILE")]
    pub faults: Option<PathBuf>,
    /// A fault after those of the script, such as status=503,times=2; may be repeated. They are listed below
    #[arg(long = "fault", value_name = "FAULT")]
    pub fault: Vec<Fault>,
    /// Append each request as a line of JSON to a file; - is standard error
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
}

/// A simulator that serves the program, and its log.
pub(super) struct Session {
    pub(super) simulator: Simulator,
    log: Option<log::Failure>,
}

impl SimulatorOptions {
    /// Starts the simulator that the options describe.
    pub(super) fn start(self) -> Result<Session, SimulatorError> {
        let mut faults = self.faults.map_or_else(|| Ok(FaultScript::new()), FaultScript::from_file)?;
        faults.extend(self.fault);
        let mut builder = Simulator::builder(self.source)
            .port(self.port)
            .late(self.late)
            .token_lifetime(Duration::from_secs(self.token_lifetime))
            .faults(faults);
        if self.proxy {
            builder = builder.proxy();
        }
        if let Some(folder) = self.key_folder {
            builder = builder.key_folder(folder);
        }
        #[cfg(unix)]
        if self.key_group.is_some() || self.key_mode.is_some() {
            let usual = if self.key_group.is_some() { 0o640 } else { 0o600 };
            builder = builder.key_access(self.key_group, self.key_mode.unwrap_or(usual));
        }
        if let Some(path) = self.signing_key {
            builder = builder.signing_key(std::fs::read(&path).map_err(SimulatorError::file("read", path))?);
        }
        if self.old_tool {
            builder = builder.old_tool();
        }
        for secret in self.key_vault_secret {
            builder = builder.key_vault_secret(secret.name, secret.value);
        }
        for container in self.storage_container {
            builder = builder.storage_container(container);
        }
        if self.services_https {
            builder = builder.services_https();
        }
        let log = self.log.map(RequestLog::open).transpose()?;
        let failure = log.as_ref().map(RequestLog::failure);
        if let Some(log) = log {
            builder = builder.request_log(log);
        }
        Ok(Session { simulator: builder.start()?, log: failure })
    }
}

impl Session {
    /// Stops the simulator, which removes its files.
    ///
    /// # Errors
    ///
    /// [`SimulatorError::Log`] when the log is not whole.
    pub(super) fn end(self) -> Result<(), SimulatorError> {
        drop(self.simulator);
        self.log.map_or(Ok(()), log::Failure::check)
    }
}
