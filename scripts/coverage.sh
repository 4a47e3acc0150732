#!/usr/bin/env bash
# Prints how much of core its own tests and the fuzzers' corpora reach, file by file, and fails when they take less than
# 97 % of its branches.
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
report report --json --output-path "$target/branches.json"
python3 - "$target/branches.json" <<'PYTHON'
import json
import pathlib
import sys

# A branch is where it is in the code, however often it was compiled; what tests say of themselves does not count.
missing, count = [], 0
for file in json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))["data"][0]["files"]:
    lines = pathlib.Path(file["filename"]).read_text(encoding="utf-8").split("\n")
    tests = next((number for number, line in enumerate(lines, 1) if line == "#[cfg(test)]"), len(lines))
    branches = {}
    for branch in file["branches"]:
        taken = branches.setdefault(tuple(branch[:4]), [0, 0])
        taken[0] += branch[4]
        taken[1] += branch[5]
    for (line, *_), taken in sorted(branches.items()):
        if line < tests:
            count += 2
            way = {0: "is never so", 1: "is always so"}
            missing += [f"{file['filename']}:{line} {way[i]}: {lines[line - 1].strip()}" for i in (0, 1) if not taken[i]]
print("\n".join(missing))
percent = 100 * (count - len(missing)) / count
print(f"{count - len(missing)} of {count} branches, {percent:.1f} %")
sys.exit(percent < 97)
PYTHON
