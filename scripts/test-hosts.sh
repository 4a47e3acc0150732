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
bash scripts/npm-ci.sh examples/agent-tool-javascript
if ! cmp --silent tests/hosts/requirements.txt tests/hosts/.venv/requirements.txt; then
    rm -rf tests/hosts/.venv
    python3 -m venv tests/hosts/.venv
    tests/hosts/.venv/bin/python -m pip install --quiet --disable-pip-version-check \
        --requirement tests/hosts/requirements.txt
    cp tests/hosts/requirements.txt tests/hosts/.venv/
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
guest examples/agent-tool wasm32-wasip2 debug/managed_identity_agent_tool.wasm --features lent
mv "$target/guests/managed_identity_agent_tool.wasm" "$target/guests/managed_identity_agent_tool_lent.wasm"
guest examples/agent-tool wasm32-wasip2 debug/managed_identity_agent_tool.wasm

# Each takes half a minute, so it is made anew only when what it is made of has changed.
is_older() {
    [[ ! -f "$1" ]] || [[ -n "$(find "${@:2}" component/wit examples/agent-extension/wit -newer "$1" -print -quit)" ]]
}
if is_older "$target/guests/python.wasm" examples/agent-tool-python tests/hosts/requirements.txt; then
    tests/hosts/.venv/bin/componentize-py --quiet --wit-path component/wit --wit-path examples/agent-extension/wit \
        --world agent:extension/key-vault-reader componentize --python-path examples/agent-tool-python app \
        --output "$target/guests/python.wasm"
fi
if is_older "$target/guests/javascript.wasm" examples/agent-tool-javascript/*.{js,mjs,json}; then
    node examples/agent-tool-javascript/build.mjs "$target/guests/javascript.wasm"
fi

export MANAGED_IDENTITY_GUESTS="$target/guests"
target="${target%/hosts}"
export CARGO_TARGET_DIR="$target"
cargo run --quiet -p managed-identity-hosts-check -- "${words[@]}"
for word in "${words[@]}"; do
    if [[ "$word" != --* ]]; then exit; fi
done
echo 'hosts: one tool in three languages, with tokens that are lent and with the client plugged into it'
cargo run --quiet -p managed-identity-component-build
MANAGED_IDENTITY_TARGET="$target" cargo test --quiet --manifest-path host-wasmtime/Cargo.toml \
    -p managed-identity-wasm-tests --test languages --target-dir "$target/wasm-hosts"
