#!/usr/bin/env bash
# Runs the core's own tests inside WebAssembly (WASI preview 1, on Node), where neither Unix nor Windows is to be had.
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_TARGET_WASM32_WASIP1_RUNNER="node --no-warnings $PWD/scripts/wasi-runner.mjs"
cargo test --quiet -p managed-identity-core --lib --tests --target wasm32-wasip1
