#!/usr/bin/env bash
# Adds what the tests need to a machine that has the Rust toolchain: rustfmt, clippy and the other targets' standard
# libraries. Says nothing and takes no time when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."

components=''
cargo fmt --version >/dev/null 2>&1 || components+=' rustfmt'
cargo clippy --version >/dev/null 2>&1 || components+=' clippy'

targets=''
for target in wasm32-unknown-unknown wasm32-wasip1 wasm32-wasip2 x86_64-pc-windows-gnu; do
    [[ -d "$(rustc --print target-libdir --target "$target")" ]] || targets+=" $target"
done

if [[ -n "$components$targets" ]] && ! command -v rustup >/dev/null; then
    echo "setup: the Rust toolchain lacks$components$targets and there is no rustup to add them." \
        "Install them with the system's package manager, or use rustup." >&2
    exit 1
fi
for component in $components; do
    rustup --quiet component add "$component"
done
for target in $targets; do
    rustup --quiet target add "$target"
done
