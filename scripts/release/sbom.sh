#!/usr/bin/env bash
# Prints what the program is made of, crate by crate, as CycloneDX has it.
#
#   bash scripts/release/sbom.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

PATH="$(bash scripts/tools.sh cargo-cyclonedx):$PATH"
# The tool writes beside the manifests, so it gets a tree of its own.
copy="$(mktemp --directory)"
trap 'rm -rf "$copy"' EXIT
git ls-files -z -- ':!fuzz/corpus' | tar --create --null --files-from - | tar --extract --directory "$copy"
cargo cyclonedx --quiet --manifest-path "$copy/cli/Cargo.toml" --format json --spec-version 1.5 --all-features \
    --target x86_64-unknown-linux-gnu --no-build-deps >&2
# Crates of the workspace are named by their folders, which are not those of this machine, and come from nowhere else.
sed --expression "s|$copy|managed-identity|g" --expression 's|?download_url=file://[^"#]*||' "$copy/cli/managed-identity.cdx.json"
