//! What can be seen of the Azure Connected Machine agent.

/// Whether the program file of the Azure Connected Machine agent (`himds`) is on the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AgentFile {
    /// It is: the agent is installed.
    Present,
    /// There is none.
    #[default]
    Absent,
    /// This user may not look, so that nothing is known.
    NotPermitted,
}

impl From<bool> for AgentFile {
    fn from(exists: bool) -> Self {
        if exists { Self::Present } else { Self::Absent }
    }
}
