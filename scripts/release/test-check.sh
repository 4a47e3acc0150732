#!/usr/bin/env bash
# Tests that no release is made of a tree that is not fit for one, and that it is said why: scripts/release/check.sh in a copy
# of what it reads.
#
#   bash scripts/release/test-check.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

copy="$(mktemp --directory)"
trap 'rm -rf "$copy"' EXIT
git ls-files -z -- '*Cargo.toml' transport-fetch/js/package.json scripts/release |
    tar --create --null --files-from - | tar --extract --directory "$copy"
version="$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)"
cd "$copy"
printf '# Changelog\n\n## [Unreleased]\n\n## [%s] - 2026-01-31\n\n- A change.\n' "$version" >CHANGELOG.md
committed() {
    git add --all
    git -c user.name=test -c user.email=test@localhost -c commit.gpgsign=false commit --quiet --message "$1"
}
git init --quiet
committed 'a tree to release'

takes() {
    if [[ "$(bash scripts/release/check.sh "$@")" != "$version" ]]; then
        echo "release: check.sh $* was to take the tree" >&2
        exit 1
    fi
}
refuses() {
    local words="$1" said
    if said="$(bash scripts/release/check.sh "${@:2}" 2>&1)" || [[ "$said" != "release: "*"$words"* ]]; then
        echo "release: check.sh ${*:2} was to refuse the tree with the words \"$words\"; it said: $said" >&2
        exit 1
    fi
}
# The same of a tree in which sed has changed a file.
refuses_change() {
    local change="$1" file="$2"
    sed --in-place "$change" "$file"
    committed "$change"
    refuses "${@:3}"
    git reset --quiet --hard HEAD~1
}

takes
takes --rehearse
for file in bridges/Cargo.toml host-wasmtime/Cargo.toml transport-fetch/js/package.json; do
    refuses_change "s/$version/99.0.0/" "$file" "$file has \"99.0.0\"; give both the same" --rehearse
done
refuses_change "s/^\(managed-identity-core = .*\)$version/\199.0.0/" bridges/Cargo.toml 'managed-identity-core = ' --rehearse
refuses_change '/2026-01-31/d' CHANGELOG.md 'no heading' --rehearse
refuses_change 's/2026-01-31/Unreleased/' CHANGELOG.md 'give it the day of the release'
refuses_change 's/^## .Unreleased.$/&\n\n- Another change./' CHANGELOG.md 'has changes under "## [Unreleased]"'
touch a-file
refuses 'changes that are not committed'
takes --rehearse
echo 'release: a tree that is not fit for a release is refused'
