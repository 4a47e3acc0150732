#!/usr/bin/env bash
# Mutation testing of core: changes its code in one place after the other and sees whether a test fails. What survives
# must be in core/mutants.txt, with a reason, and what is in there must survive.
set -euo pipefail
cd "$(dirname "$0")/.."

PATH="$(bash scripts/tools.sh cargo-mutants):$PATH"
output="${CARGO_TARGET_DIR:-$PWD/target}/mutants"
rm -rf "$output"
mkdir -p "$output"

# 2 and 3 say that mutants were missed or ran into the time limit.
mutants() {
    local status=0
    cargo mutants -p managed-identity-core --all-features --timeout 60 --colors never --output "$output" "$@" || status=$?
    [[ $status == 0 || $status == 2 || $status == 3 ]]
}
# The quick tests first; the slow ones get what those let through.
mutants -C=--lib -C=--test=vectors -C=--test=cache -C=--test=transitions >"$output/quick.log"
mutants --iterate -C=--lib -C=--tests

# A line's number changes with each edit above it.
diff <(grep -v '^#' core/mutants.txt | grep . | sort) \
    <(sed -E 's/:[0-9]+:[0-9]+:/:/' "$output/mutants.out/missed.txt" | sort) ||
    { echo 'mutants: what survives (>) is not what core/mutants.txt explains (<)' >&2; exit 1; }
if [[ -s "$output/mutants.out/timeout.txt" ]]; then
    echo 'these made a test run for ever, which counts as found:'
    cat "$output/mutants.out/timeout.txt"
fi
