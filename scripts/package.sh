#!/usr/bin/env bash
# Packs every crate that is published, and builds each from what was packed. The archives are in the folders `package`
# of the target folders, which are those of the tests, so that what crates depend on is built once.
#
#   bash scripts/package.sh [--allow-dirty]
set -euo pipefail
cd "$(dirname "$0")/.."

target="${CARGO_TARGET_DIR:-$PWD/target}"
# Crates of other workspaces stand in for those that are not published yet.
beside() {
    printf 'patch.crates-io.managed-identity-%s.path="%s"' "$1" "$PWD/$2"
}
neighbours=(
    --config "$(beside core core)"
    --config "$(beside fs host-fs)"
    --config "$(beside reqwest transport-reqwest)"
    --config "$(beside simulator simulator)"
)

# Cargo takes a version of a crate for unchanged once it has unpacked and built it. These change and keep their version, so what was
# made of earlier archives goes first.
forget() {
    local unpacked="${CARGO_HOME:-$HOME/.cargo}/registry/src" built name
    for built in "$target"/debug/deps/managed_identity_*.d; do
        if grep --quiet "$unpacked/-[0-9a-f]*/managed-identity-" "$built" 2>/dev/null; then
            name="$(basename "$built" .d)"
            rm -rf "$target"/debug/.fingerprint/*-"${name##*-}"
        fi
    done
    rm -rf "$unpacked"/-*/managed-identity-*
}

forget
echo 'package: the crates of the workspace'
cargo package --quiet "$@" -p managed-identity-core -p managed-identity-fs -p managed-identity-simulator \
    -p managed-identity-reqwest -p managed-identity-wasi
echo 'package: the bridges'
cargo package --quiet "$@" --manifest-path bridges/Cargo.toml --target-dir "$target/bridges" -p managed-identity-azure-core \
    -p managed-identity-object-store -p managed-identity-reqsign -p managed-identity-reqwest-middleware "${neighbours[@]}"
echo 'package: the program'
cargo package --quiet "$@" -p managed-identity "${neighbours[@]}" --config "$(beside azure-core bridges/azure-core)"
ls -l "$target"/package/*.crate "$target"/bridges/package/*.crate
