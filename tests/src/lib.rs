//! Conformance vectors, end-to-end tests and benchmarks
