#!/usr/bin/env bash
# Prints how much of core its own tests and the fuzzers' corpora reach, file by file, and fails when they take less than
# 95 % of its branches.
#
# Wants an unstable toolchain with llvm-tools (`rustup toolchain install nightly --component llvm-tools`), since only that
# one counts branches.
set -euo pipefail
cd "$(dirname "$0")/.."

PATH="$(bash scripts/tools.sh cargo-llvm-cov):$PATH"
target="${CARGO_TARGET_DIR:-$PWD/target}/coverage"
report() {
    CARGO_TARGET_DIR="$target" cargo +nightly llvm-cov "$@" --branch --ignore-filename-regex '/(fuzz|host-fs|tests|transport-reqwest)/'
}
CARGO_TARGET_DIR="$target" cargo +nightly llvm-cov --branch --no-report --quiet -p managed-identity-core -p managed-identity-fuzz-oracle --all-features
report report
report report --json --summary-only --output-path "$target/summary.json"
python3 - "$target/summary.json" <<'PYTHON'
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    branches = json.load(file)["data"][0]["totals"]["branches"]
print(f"{branches['covered']} of {branches['count']} branches, {branches['percent']:.1f} %")
sys.exit(branches["percent"] < 95)
PYTHON
