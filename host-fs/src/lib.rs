//! Environment snapshot and safe key files for the managed-identity state machine
