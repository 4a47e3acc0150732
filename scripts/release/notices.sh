#!/usr/bin/env bash
# Prints the licences of all that is linked into the program, which ask to go with it.
#
#   bash scripts/release/notices.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

PATH="$(bash scripts/tools.sh cargo-about):$PATH"
cargo about generate --offline --locked --fail --manifest-path cli/Cargo.toml --config scripts/release/about.toml \
    scripts/release/about.hbs
