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
cargo build --quiet -p managed-identity-wasi --example p3-token --no-default-features --features p3 \
    --target wasm32-unknown-unknown --profile component
cargo build --quiet --manifest-path host-wasmtime/Cargo.toml \
    -p managed-identity-bare-get -p managed-identity-p3-guest \
    --target wasm32-unknown-unknown --profile component --target-dir "$target"
cargo build --quiet --manifest-path host-wasmtime/Cargo.toml -p managed-identity-driver-guest \
    --target wasm32-wasip2 --profile component --target-dir "$target"
bash scripts/test-link.sh bin wasm32-wasip2 std nothing p2
bash scripts/test-link.sh cdylib wasm32-wasip2 std wasip3 p2,p3
[[ "$mode" == --build-only ]] && exit

# wasmtime is in a workspace of its own, and in a target folder of its own.
export CARGO_TARGET_DIR="$target/wasm-hosts"
manifest=host-wasmtime/Cargo.toml
if [[ "$mode" == --bench ]]; then
    exec cargo bench --quiet --manifest-path "$manifest" --workspace --profile dev
fi
# What the hosts in other languages need, in the versions that are pinned there; installed again only when those change.
install_once() {
    cmp --silent "$1" "$2" && return
    "${@:3}"
    cp "$1" "$2"
}
install_python() {
    rm -rf tests/wasm/python/.venv
    python3 -m venv tests/wasm/python/.venv
    tests/wasm/python/.venv/bin/python -m pip install --quiet --disable-pip-version-check \
        --requirement tests/wasm/python/requirements.txt
}
install_node() {
    # Not `npm ci`: it insists on optional packages for other platforms, of which some were never published.
    npm install --prefix tests/wasm/node --no-save --loglevel=error --omit=dev
}
install_once tests/wasm/python/requirements.txt tests/wasm/python/.venv/requirements.txt install_python
install_once tests/wasm/node/package-lock.json tests/wasm/node/node_modules/package-lock.json install_node
export MANAGED_IDENTITY_ELSEWHERE=1

# It says what it builds, which takes minutes for the first time.
cargo test --manifest-path "$manifest" --workspace --no-run
cargo test --quiet --manifest-path "$manifest" --workspace --no-fail-fast -- --nocapture
