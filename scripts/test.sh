#!/usr/bin/env bash
# Runs every test, or the parts that are named, and says which part it is at.
#
#   bash scripts/test.sh [rust | bridges | wasm | hosts | npm | peers]...
set -euo pipefail
cd "$(dirname "$0")/.."

# The crates, a program outside the workspace that steps a flow by hand, and programs with libraries of their own choice.
rust() {
    cargo test --workspace --all-features
    cargo test --manifest-path examples/stepping/Cargo.toml --target-dir "${CARGO_TARGET_DIR:-$PWD/target}"
    bash scripts/test-neighbours.sh
}
# What hands tokens to the Azure SDK for Rust and other libraries, with their own clients.
bridges() {
    bash scripts/test-bridges.sh
}
# The client linked into components of every kind, the core inside WebAssembly, and the components in wasmtime, Node and
# Python.
wasm() {
    # What most people build, and everything with both clients; the whole matrix is a part of the nightly run.
    bash scripts/test-link.sh cdylib wasm32-wasip2
    bash scripts/test-link.sh p2,p3
    bash scripts/test-core-wasi.sh
    bash scripts/test-wasm.sh
}
# Guests with the client in hosts that others wrote.
hosts() {
    bash scripts/test-hosts.sh
}
# The npm package in Node, Deno, Bun and a browser, with the clients of the Azure SDK.
npm() {
    bash scripts/test-fetch.sh
}
# Other libraries get tokens from the simulator; installs them first.
peers() {
    bash tests/peers/run.sh
}

all=(rust bridges wasm hosts npm peers)
parts=("$@")
if [[ ${#parts[@]} == 0 ]]; then
    parts=("${all[@]}")
fi
for part in "${parts[@]}"; do
    if [[ " ${all[*]} " != *" $part "* ]]; then
        echo "test: there is no part \"$part\", only: ${all[*]}" >&2
        exit 2
    fi
done
bash scripts/setup.sh
number=0
for part in "${parts[@]}"; do
    number=$((number + 1))
    printf '\n== tests %s of %s: %s (%ss)\n' "$number" "${#parts[@]}" "$part" "$SECONDS"
    "$part"
done
