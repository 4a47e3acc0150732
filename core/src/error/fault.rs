//! Who can mend an error.

/// Who can mend an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: programs map it to exit codes and must decide for each.
pub enum Fault {
    /// The caller: its configuration, environment or request.
    Caller,
    /// The host: network, permissions, grants of a sandbox.
    Host,
    /// Whoever guards the host: the endpoint behaves in a way that must not be trusted.
    Security,
    /// The service behind the endpoint.
    Service,
}
