#!/usr/bin/env bash
# Installs hosts of WebAssembly that others wrote, builds guests with the client for them, and runs each with every grant
# and without. Words choose hosts: act, extism, extism-http, jco, wasmtime, talk. The program `wasmtime` takes minutes to
# build, so it is left out unless --all is given or it was built before. --write makes the table in docs/hosts.md and the
# transcript in docs/agent-tool.md anew.
#
#   bash scripts/test-hosts.sh [--all] [--write] [HOST...]
set -euo pipefail
cd "$(dirname "$0")/.."

target="${CARGO_TARGET_DIR:-$PWD/target}/hosts"
unset CARGO_TARGET_DIR
words=()
all=''
for word in "$@"; do
    if [[ "$word" == --all ]]; then all=yes; else words+=("$word"); fi
done

echo 'hosts: what they need'
bash scripts/npm-ci.sh tests/hosts/node
if ! cmp --silent tests/hosts/extism/requirements.txt tests/hosts/extism/.venv/requirements.txt; then
    rm -rf tests/hosts/extism/.venv
    python3 -m venv tests/hosts/extism/.venv
    tests/hosts/extism/.venv/bin/python -m pip install --quiet --disable-pip-version-check \
        --requirement tests/hosts/extism/requirements.txt
    cp tests/hosts/extism/requirements.txt tests/hosts/extism/.venv/
fi
if [[ -n "$all" && ! -x "$target/wasmtime/bin/wasmtime" ]]; then
    echo 'hosts: the program wasmtime, about ten minutes'
    cargo install wasmtime-cli --version 48.0.0 --locked --debug --no-default-features \
        --features run,component-model,wasi-http,cranelift --root "$target/wasmtime" --target-dir "$target/wasmtime-build"
fi

echo 'hosts: guests'
mkdir -p "$target/guests"
guest() {
    cargo build --quiet --manifest-path "$1/Cargo.toml" --target "$2" --target-dir "$target" "${@:4}"
    cp "$target/$2/$3" "$target/guests/"
}
guest tests/hosts/guests wasm32-wasip2 debug/command.wasm --package command
guest tests/hosts/guests wasm32-unknown-unknown debug/extism_plugin.wasm --package extism-plugin
guest examples/agent-tool wasm32-wasip2 debug/managed_identity_agent_tool.wasm

MANAGED_IDENTITY_GUESTS="$target/guests" exec cargo run --quiet -p managed-identity-hosts-check \
    --target-dir "${target%/hosts}" -- "${words[@]}"
