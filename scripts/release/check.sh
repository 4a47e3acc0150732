#!/usr/bin/env bash
# Prints the version that the manifests name, when a release may be made of the tree: every workspace and the npm package
# name the same one, and want it of each other; CHANGELOG.md has all changes under it, with a date; nothing is uncommitted.
#
#   bash scripts/release/check.sh [--rehearse]
#
# --rehearse asks for no date, for no place of the changes and for no clean tree.
set -euo pipefail
cd "$(dirname "$0")/../.."

version="$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)"
for file in bridges/Cargo.toml host-wasmtime/Cargo.toml transport-fetch/js/package.json; do
    # The first version in each is its own.
    found="$(sed -n 's/^ *"\?version"\?\( =\|:\) "\([^"]*\)".*/\2/p' "$file" | head -1)"
    if [[ "$found" != "$version" ]]; then
        echo "release: Cargo.toml has version $version and $file has \"$found\"; give both the same" >&2
        exit 1
    fi
done
# A crate that is content with an older one of ours would be tried with it by nobody.
if wanted="$(git grep --extended-regexp '^managed-identity[a-z-]* = .*version = ' -- '*Cargo.toml' |
    grep --invert-match --fixed-strings "version = \"$version\"")"; then
    printf 'release: crates want another version of ours than %s; name it there:\n%s\n' "$version" "$wanted" >&2
    exit 1
fi
heading="$(grep --fixed-strings "## [$version]" CHANGELOG.md || true)"
if [[ -z "$heading" ]]; then
    echo "release: CHANGELOG.md has no heading \"## [$version] - DATE\"; say there what has changed" >&2
    exit 1
fi
if [[ "${1:-}" != --rehearse ]]; then
    if [[ ! "$heading" =~ ^"## [$version] - "[0-9]{4}-[0-9]{2}-[0-9]{2}$ ]]; then
        echo "release: CHANGELOG.md has \"$heading\"; give it the day of the release, as YYYY-MM-DD" >&2
        exit 1
    fi
    if [[ -n "$(sed -n '/^## \[Unreleased]/,/^## \[[^U]/{/^-/p}' CHANGELOG.md)" ]]; then
        echo "release: CHANGELOG.md has changes under \"## [Unreleased]\"; put them under \"## [$version]\"" >&2
        exit 1
    fi
    if [[ -n "$(git status --porcelain)" ]]; then
        echo "release: the tree has changes that are not committed; commit them, or say --rehearse" >&2
        exit 1
    fi
fi
echo "$version"
