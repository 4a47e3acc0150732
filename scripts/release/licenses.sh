#!/usr/bin/env bash
# Prints the licences of the crates that a program is made of, text by text, each with the crates that have it.
#
#   bash scripts/release/licenses.sh MANIFEST [OPTION]...
#
# OPTIONs are those of `cargo about generate`, as --target TRIPLE and --features NAME. It asks the registry only for crates that
# are not here yet, and finds the texts in the crates.
set -euo pipefail
cd "$(dirname "$0")/../.."

manifest="${1:?usage: bash scripts/release/licenses.sh MANIFEST [OPTION]...}"
shift
PATH="$(bash scripts/tools.sh cargo-about):$PATH"
work="$(mktemp --directory)"
trap 'rm -rf "$work"' EXIT
# Of licences to choose from it takes the first that cargo-deny allows too.
{
    sed -n '/^allow = \[/,/^]/{s/^allow/accepted/;p}' deny.toml
    printf 'ignore-%s-dependencies = true\n' build dev
    # Texts are beside the manifest. Further down it would take sources that begin with one.
    echo 'max-depth = 1'
} >"$work/about.toml"
cargo fetch --quiet --locked --manifest-path "$manifest" >&2
cargo about generate --fail --frozen --manifest-path "$manifest" --config "$work/about.toml" "$@" \
    scripts/release/licenses.hbs
