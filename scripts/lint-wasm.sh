#!/usr/bin/env bash
# Lints what only exists inside WebAssembly; with --hosts also what runs it, which has to look at all of wasmtime first.
#
#   bash scripts/lint-wasm.sh [--hosts]
set -euo pipefail
cd "$(dirname "$0")/.."

target=wasm32-unknown-unknown
for world in machine machine-chain effects self-contained; do
    cargo clippy --quiet -p managed-identity-component --features "$world" --target "$target" -- -D warnings
done
cargo clippy --quiet -p managed-identity-wasi --no-default-features --features p3 --target "$target" -- -D warnings
cargo clippy --quiet -p managed-identity-fetch --target "$target" -- -D warnings
cargo clippy --quiet -p managed-identity-fetch --features chain --target "$target" -- -D warnings
cargo clippy --quiet -p managed-identity-agent-extension --target "$target" -- -D warnings

guests=(--quiet --manifest-path tests/link/guests/Cargo.toml --target-dir "${CARGO_TARGET_DIR:-$PWD/target}/link" --target wasm32-wasip2)
cargo clippy "${guests[@]}" -p exporter -p library -p work \
    --features library/std,library/p2,library/p3,library/wasip2,library/wasip3,library/wit-bindgen,library/wit-bindgen-older,library/wstd \
    -- -D warnings
cargo clippy "${guests[@]}" -p program --features std,p2,wit-bindgen -- -D warnings
cargo clippy "${guests[@]}" -p tool --features p2,p3 -- -D warnings

hosts=(--quiet --target-dir "${CARGO_TARGET_DIR:-$PWD/target}/hosts")
cargo clippy "${hosts[@]}" --manifest-path tests/hosts/guests/Cargo.toml --target wasm32-wasip2 -p command -- -D warnings
cargo clippy "${hosts[@]}" --manifest-path tests/hosts/guests/Cargo.toml --target wasm32-unknown-unknown \
    -p extism-plugin -- -D warnings
for features in default lent; do
    cargo clippy "${hosts[@]}" --manifest-path examples/agent-tool/Cargo.toml --target wasm32-wasip2 \
        --features "$features" -- -D warnings
done

if [[ "${1:-}" == --hosts ]]; then
    CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}/wasm-hosts" \
        cargo clippy --quiet --manifest-path host-wasmtime/Cargo.toml --workspace --all-targets -- -D warnings
fi
