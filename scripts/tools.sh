#!/usr/bin/env bash
# Installs the programs that the nightly checks use, in the versions named here, into the target folder, and prints the
# folder that they are in. Takes no time when they are there.
set -euo pipefail
cd "$(dirname "$0")/.."

root="${CARGO_TARGET_DIR:-$PWD/target}/tools"
for tool in cargo-deny@0.20.2 cargo-fuzz@0.13.2 cargo-hack@0.6.46 cargo-llvm-cov@0.9.1 cargo-mutants@27.1.0; do
    if [[ ! -e "$root/${tool/@/-}" ]]; then
        cargo install --quiet --locked --root "$root" --target-dir "$root/build" "$tool" >&2
        rm -rf "$root/build"
        touch "$root/${tool/@/-}"
    fi
done
echo "$root/bin"
