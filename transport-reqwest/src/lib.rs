//! Asynchronous Azure managed-identity client for native programs
