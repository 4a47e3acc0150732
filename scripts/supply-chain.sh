#!/usr/bin/env bash
# Looks at what the crates are made of and what they offer: licences, origins and known faults of dependencies, the oldest
# versions that the manifests allow, the oldest compiler they name, every set of features, foreign types in core's
# interface, and whether an interface has changed since a release.
#
#   bash scripts/supply-chain.sh [--advisories] [--since TAG]
#
# --advisories fetches RustSec's database; --since compares with a release. Wants an unstable compiler for the oldest
# versions and the foreign types. The part of the oldest compiler is left out by name where that is not installed:
# rustup toolchain install 1.88.0 --profile minimal --target wasm32-unknown-unknown
set -euo pipefail
cd "$(dirname "$0")/.."

checks=(licenses bans sources)
since=''
while [[ $# != 0 ]]; do
    case "$1" in
        --advisories) checks+=(advisories); shift ;;
        --since) since="${2:?--since wants a tag}"; shift 2 ;;
        *) echo "usage: bash scripts/supply-chain.sh [--advisories] [--since TAG]" >&2; exit 2 ;;
    esac
done
PATH="$(bash scripts/tools.sh cargo-deny cargo-hack):$PATH"
target="${CARGO_TARGET_DIR:-$PWD/target}"

echo "== ${checks[*]}"
# Each workspace has a lock file.
for lock in $(git ls-files Cargo.lock '*/Cargo.lock'); do
    manifest="$(dirname "$lock")/Cargo.toml"
    echo "$manifest"
    cargo deny --log-level error --manifest-path "$manifest" --config "$PWD/deny.toml" check "${checks[@]}"
done

oldest="$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml).0"
echo "== every set of features, with the oldest compiler that the manifests name ($oldest)"
if rustup toolchain list | grep --quiet "^$oldest-"; then
    hack() {
        RUSTUP_TOOLCHAIN="$oldest" CARGO_TARGET_DIR="$target/oldest-compiler" cargo hack check --quiet --feature-powerset "$@"
    }
    hack --workspace --exclude managed-identity-component --exclude managed-identity-wasi
    hack -p managed-identity-wasi --target wasm32-unknown-unknown
    hack -p managed-identity-component --at-least-one-of machine,effects,self-contained \
        --mutually-exclusive-features machine,effects,self-contained --target wasm32-unknown-unknown
else
    echo "LEFT OUT: the compiler $oldest is not installed here; clippy's incompatible_msrv and" \
        "tests/tests/oldest_compiler.rs stand in for it"
fi

echo '== the oldest versions that the manifests allow'
copy="$(mktemp --directory)"
trap 'rm -rf "$copy"' EXIT
git ls-files -z -- ':!fuzz/corpus' | tar --create --null --files-from - | tar --extract --directory "$copy"
for workspace in "$copy" "$copy/bridges"; do
    rm "$workspace/Cargo.lock"
    cargo +nightly generate-lockfile --quiet -Z direct-minimal-versions --manifest-path "$workspace/Cargo.toml"
done
CARGO_TARGET_DIR="$target/oldest-versions" cargo check --quiet --workspace --all-features --manifest-path "$copy/Cargo.toml"
CARGO_TARGET_DIR="$target/oldest-versions" cargo check --quiet --workspace --lib --manifest-path "$copy/bridges/Cargo.toml"

echo "== foreign types in core's interface"
# Of serde it is traits that core's identities have, no types.
cargo +nightly rustdoc --quiet -p managed-identity-core --all-features --target-dir "$target/interface" \
    -- -Z unstable-options --output-format json
python3 scripts/external_types.py "$target/interface/doc/managed_identity_core.json" http serde_core

if [[ -n "$since" ]]; then
    echo "== changes of the interfaces since $since"
    bash scripts/tools.sh cargo-semver-checks >/dev/null
    cargo semver-checks --baseline-rev "$since" -p managed-identity-core -p managed-identity-fs \
        -p managed-identity-reqwest -p managed-identity-wasi -p managed-identity-simulator
fi
