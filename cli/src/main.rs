//! The `managed-identity` program.
fn main() {}
