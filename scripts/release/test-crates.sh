#!/usr/bin/env bash
# Uses the packed crates as someone does who depends on them: a program in an empty folder gets a token from the simulator and
# hands it on by each bridge, and the client for components is compiled for WebAssembly.
#
#   bash scripts/release/test-crates.sh MADE
#
# MADE is the folder with the packed crates.
set -euo pipefail
cd "$(dirname "$0")/../.."

made="${1:?usage: bash scripts/release/test-crates.sh MADE}"
target="${CARGO_TARGET_DIR:-$PWD/target}"
work="$(mktemp --directory)"
trap 'rm -rf "$work"' EXIT

# Stands in for the registry.
registry=()
mkdir "$work/crates"
for crate in "$made"/*.crate; do
    tar --extract --file "$crate" --directory "$work/crates"
    unpacked="$work/crates/$(basename "$crate" .crate)"
    for file in README.md LICENSE-APACHE LICENSE-MIT; do
        if [[ ! -s "$unpacked/$file" ]]; then
            echo "release: $(basename "$crate") has no $file" >&2
            exit 1
        fi
    done
    name="$(basename "$unpacked" | sed 's/-[0-9].*//')"
    registry+=(--config "patch.crates-io.$name.path=\"$unpacked\"")
done

cp -R tests/fixtures/dependent "$work"
# The versions that the bridges are tested with, which are built already.
cp bridges/Cargo.lock "$work/dependent"
echo 'release: a program that depends on the packed crates'
(cd "$work/dependent" && cargo run --quiet --target-dir "$target/bridges" "${registry[@]}")
echo 'release: the packed client for components, for WebAssembly'
(cd "$work"/crates/managed-identity-wasi-* && cargo check --quiet --target wasm32-wasip2 --target-dir "$target" "${registry[@]}")
