//! Detection in any environment.

use arbitrary::{Arbitrary, Unstructured};
use managed_identity_core::{DetectionOptions, Environment, HostFacts, Platform, SourceKind, detect};

use crate::secrets::Secrets;

/// An environment, in the order of [`Environment::NAMES`].
#[derive(Arbitrary, Debug)]
pub(crate) struct Surroundings {
    values: [Option<String>; Environment::NAMES.len()],
    platform: u8,
    arc_agent: bool,
    allow_remote_arc: bool,
}

impl Surroundings {
    pub(crate) fn environment(&self) -> Environment {
        Environment::from_lookup(|name| {
            let position = Environment::NAMES.iter().position(|known| *known == name)?;
            self.values[position].clone()
        })
    }

    pub(crate) fn facts(&self) -> HostFacts {
        let platform = match self.platform % 3 {
            0 => Platform::Linux,
            1 => Platform::Windows,
            _ => Platform::Other,
        };
        HostFacts::of(platform).with_arc_agent(self.arc_agent)
    }

    pub(crate) fn options(&self) -> DetectionOptions {
        let options = DetectionOptions::default();
        if self.allow_remote_arc { options.allow_remote_arc_endpoint() } else { options }
    }
}

/// The same environment always means the same source, and secrets in it never show.
pub fn detection(data: &[u8]) {
    let Ok(surroundings) = Surroundings::arbitrary(&mut Unstructured::new(data)) else { return };
    let found = || detect(&surroundings.environment(), surroundings.facts(), surroundings.options());
    let detection = found();
    assert_eq!(detection, found());
    let environment = surroundings.environment();
    Secrets::new(data, &environment).assert_hidden(&detection);
    if let Ok(detection) = detection
        && detection.source.kind() == SourceKind::AzureArc
        && environment.var("IMDS_ENDPOINT").is_some()
        && environment.var("IDENTITY_ENDPOINT").is_some()
    {
        let allowed = detection.source.endpoint().is_loopback() || surroundings.allow_remote_arc;
        assert!(allowed, "an agent that is not on this machine");
    }
}
