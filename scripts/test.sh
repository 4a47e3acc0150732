#!/usr/bin/env bash
# Runs every test.
set -euo pipefail
cd "$(dirname "$0")/.."

bash scripts/setup.sh
cargo test --workspace --all-features
# A flow stepped by hand in a crate outside the workspace, as somebody else's program does it.
cargo test --manifest-path examples/stepping/Cargo.toml --target-dir "${CARGO_TARGET_DIR:-$PWD/target}"
# The client linked into components of every kind.
bash scripts/test-link.sh
# Programs with libraries of their own choice beside the native client.
bash scripts/test-neighbours.sh
# What hands tokens to the Azure SDK for Rust and other libraries, with their own clients.
bash scripts/test-bridges.sh
# The core inside WebAssembly, and the components in wasmtime, Node and Python.
bash scripts/test-core-wasi.sh
bash scripts/test-wasm.sh
# The npm package in Node, Deno, Bun and a browser, with the clients of the Azure SDK.
bash scripts/test-fetch.sh
# Other libraries get tokens from the simulator; installs them first.
bash tests/peers/run.sh
