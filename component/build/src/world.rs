//! The worlds that are built.

use std::fmt;

/// A world of `component/wit/worlds.wit` that a component is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum World {
    /// The state machine alone.
    Machine,
    /// The state machine with chains of credentials.
    MachineChain,
    /// The client over what its host lends.
    Effects,
    /// The client over WASI 0.2.
    SelfContained,
}

impl World {
    /// All worlds.
    pub const ALL: [Self; 4] = [Self::Machine, Self::MachineChain, Self::Effects, Self::SelfContained];

    /// Its name, which is also the name of the crate's feature and of the file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Machine => "machine",
            Self::MachineChain => "machine-chain",
            Self::Effects => "effects",
            Self::SelfContained => "self-contained",
        }
    }
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
