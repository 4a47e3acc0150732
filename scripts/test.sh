#!/usr/bin/env bash
# Runs every test.
set -euo pipefail
cd "$(dirname "$0")/.."

bash scripts/setup.sh
cargo test --workspace --all-features
# Other libraries get tokens from the simulator; installs them first.
bash tests/peers/run.sh
