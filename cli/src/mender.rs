//! Who can mend a failure.

use managed_identity_core::Fault;

/// Who can mend a failure, as a word and as an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mender {
    Program = 1,
    Caller = 2,
    Host = 3,
    Security = 4,
    Service = 5,
}

impl Mender {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Program => "internal",
            Self::Caller => "caller",
            Self::Host => "host",
            Self::Security => "security",
            Self::Service => "service",
        }
    }

    pub(crate) const fn exit_code(self) -> u8 {
        self as u8
    }
}

impl From<Fault> for Mender {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Caller => Self::Caller,
            Fault::Host => Self::Host,
            Fault::Security => Self::Security,
            Fault::Service => Self::Service,
        }
    }
}
