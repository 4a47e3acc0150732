//! Where the token of `token` comes from: the source of this host, or one that is simulated for this command.

use managed_identity_core::{DetectionOptions, Environment, Error, HostFacts, Platform, Source, SourceKind, detect};
use managed_identity_simulator::Simulator;

use crate::failure::Failure;
use crate::options::SourceArguments;

/// A source, and what has to live and to be trusted while it is asked.
pub(crate) struct Origin {
    pub(crate) source: Source,
    /// A certificate authority to trust beside those of the machine, in DER form.
    pub(crate) root_certificate: Option<Vec<u8>>,
    pub(crate) simulator: Option<Simulator>,
}

/// What is known of a machine that is simulated. Where Azure Arc does not exist, its simulation follows the path rules of Linux.
pub(crate) fn simulated_host() -> HostFacts {
    HostFacts::of(match managed_identity_fs::platform() {
        Platform::Windows => Platform::Windows,
        _ => Platform::Linux,
    })
}

impl Origin {
    /// The source that is named, or the one that applies to this host; with a folder, Azure Arc's key files are read from
    /// there only.
    pub(crate) fn of_host(arguments: &SourceArguments) -> Result<Self, Failure> {
        let options = arguments.remote_arc.options();
        let settings = arguments.source.clone().unwrap_or_default();
        let source = managed_identity_fs::source(&settings, options).map_err(Error::from)?;
        let source = match &arguments.key_directory {
            None => source,
            Some(directory) if source.kind() == SourceKind::AzureArc => {
                let directory = std::path::absolute(directory).map_err(|cause| Failure::Usage {
                    message: format!("{directory} cannot be a folder of key files: {cause}"),
                    next_step: "give --key-directory the folder that the agent's tokens folder is mounted at",
                })?;
                source.with_key_directory(&directory.to_string_lossy())
            }
            Some(_) => {
                return Err(Failure::Usage {
                    message: format!("--key-directory is for Azure Arc, but the source here is {}", source.kind()),
                    next_step: "leave --key-directory out, or see with detect why this source was chosen",
                });
            }
        };
        Ok(Self { source, root_certificate: None, simulator: None })
    }

    /// A source that is simulated as long as this value lives.
    pub(crate) fn simulated(simulator: Simulator) -> Result<Self, Failure> {
        let variables = simulator.environment();
        let environment = Environment::from_lookup(|name| variables.get(name).cloned());
        let mut source =
            detect(&environment, simulated_host(), DetectionOptions::default()).map_err(Error::from)?.source;
        if let Some(folder) = simulator.key_folder() {
            source = source.with_key_directory(&folder.to_string_lossy());
        }
        let root_certificate = simulator.ca_certificate().map(|certificate| certificate.der().to_vec());
        Ok(Self { source, root_certificate, simulator: Some(simulator) })
    }
}
