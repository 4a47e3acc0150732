#!/usr/bin/env bash
# Builds the components and runs everything that runs them: the plug-in host with its extension, the vectors in wasmtime,
# in Node and in Python, the benchmarks.
#
#   bash scripts/test-wasm.sh [--build-only | --bench]
set -euo pipefail
cd "$(dirname "$0")/.."

mode="${1:-}"
case "$mode" in
    '' | --build-only | --bench) ;;
    *) echo "usage: bash scripts/test-wasm.sh [--build-only | --bench]" >&2; exit 2 ;;
esac

target="${CARGO_TARGET_DIR:-$PWD/target}"
export MANAGED_IDENTITY_TARGET="$target"

cargo run --quiet -p managed-identity-component-build
cargo build --quiet -p managed-identity-agent-extension --target wasm32-unknown-unknown --profile component
cargo build --quiet --manifest-path examples/plugin-host/Cargo.toml -p managed-identity-bare-get \
    --target wasm32-unknown-unknown --profile component --target-dir "$target"
[[ "$mode" == --build-only ]] && exit

# wasmtime is in a workspace of its own, and in a target folder of its own.
export CARGO_TARGET_DIR="$target/wasm-hosts"
manifest=examples/plugin-host/Cargo.toml
if [[ "$mode" == --bench ]]; then
    exec cargo bench --quiet --manifest-path "$manifest" --workspace --profile dev
fi
cargo test --quiet --manifest-path "$manifest" --workspace -- --nocapture
cargo run --quiet --manifest-path "$manifest" --package managed-identity-plugin-host
