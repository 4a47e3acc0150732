#!/usr/bin/env bash
# Runs the tests, or the parts that are named. Says what it does, how far it is, and that it goes on. Two parts that build much
# and seldom fail alone are run when they are named, and once a night: neighbours and hosts.
#
#   bash scripts/test.sh [rust | bridges | wasm | npm | peers | neighbours | hosts]...
set -euo pipefail
cd "$(dirname "$0")/.."

# Each part is steps, which are counted first and then taken.
number=0
total=0
counting=yes

# Says what comes now and how far it is, then does it. While it takes its time, that is said twice a minute.
step() {
    local name="$1" ticker status=0
    shift
    if [[ -n "$counting" ]]; then
        total=$((total + 1))
        return
    fi
    number=$((number + 1))
    printf '\n== test %s of %s: %s (%ss)\n' "$number" "$total" "$name" "$SECONDS"
    tick "$name" &
    ticker=$!
    "$@" || status=$?
    kill "$ticker"
    wait "$ticker" 2>/dev/null || true
    return "$status"
}
tick() {
    # Not by `sleep`, a process that would outlive this one: a pipe into which nobody writes.
    local never
    exec {never}<> <(:)
    while ! read -r -t 30 -u "$never"; do
        printf '   test %s of %s goes on: %s (%ss)\n' "$number" "$total" "$1" "$SECONDS"
    done
}

# The crates, and a program outside the workspace that steps a flow by hand.
rust() {
    step 'build of the crates' cargo test --workspace --all-features --no-run
    step 'the crates' cargo test --workspace --all-features
    step 'an example outside the workspace' cargo test --manifest-path examples/stepping/Cargo.toml \
        --target-dir "${CARGO_TARGET_DIR:-$PWD/target}"
}
# Programs with libraries of their own choice.
neighbours() {
    step 'beside other libraries' bash scripts/test-neighbours.sh
}
# What hands tokens to the Azure SDK for Rust and other libraries, with their own clients.
bridges() {
    step 'bridges to other libraries' bash scripts/test-bridges.sh
}
# The client linked into components of every kind, the core inside WebAssembly, and the components in wasmtime, Node and
# Python.
wasm() {
    # The whole matrix is a part of the nightly run.
    step 'both clients linked into guests' bash scripts/test-link.sh p2,p3
    step 'the core inside WebAssembly' bash scripts/test-core-wasi.sh
    step 'components in wasmtime, Node and Python' bash scripts/test-wasm.sh
}
# Guests with the client in hosts that others wrote.
hosts() {
    step 'guests in hosts of others' bash scripts/test-hosts.sh
}
# The npm package in Node, Deno, Bun and a browser, with the clients of the Azure SDK.
npm() {
    step 'the npm package' bash scripts/test-fetch.sh
}
# Other libraries get tokens from the simulator; installs them first.
peers() {
    step 'libraries of others against the simulator' bash tests/peers/run.sh
}

usual=(rust bridges wasm npm peers)
all=("${usual[@]}" neighbours hosts)
parts=("$@")
if [[ ${#parts[@]} == 0 ]]; then
    parts=("${usual[@]}")
fi
for part in "${parts[@]}"; do
    if [[ " ${all[*]} " != *" $part "* ]]; then
        echo "test: there is no part \"$part\", only: ${all[*]}" >&2
        exit 2
    fi
done
for part in "${parts[@]}"; do
    "$part"
done
counting=''
echo "test: what it needs"
bash scripts/setup.sh
for part in "${parts[@]}"; do
    "$part"
done
printf '\n== all %s passed (%ss)\n' "$total" "$SECONDS"
