#!/usr/bin/env bash
# What takes too long for every change, or wants an unstable compiler. All of it, or the parts that are named:
#
#   bash scripts/nightly.sh [miri | coverage | mutants | fuzz | chaos | soak | hosts | neighbours | link | windows | release | supply-chain | lint | fleet | benchmarks]...
#
# Wants a nightly toolchain: rustup toolchain install nightly --component miri,rust-src,llvm-tools
# FUZZ_SECONDS says how long each target is fuzzed, a minute if it is not set; SOAK_SECONDS how long clients live, an hour.
# BENCHMARK_HISTORY is a file that the benchmarks' ratios are added to, commit by commit; in the target folder if it is not set.
set -euo pipefail
cd "$(dirname "$0")/.."

miri() {
    # These make the same few calls hundreds of times over, to see how the answers are spread or how many keys are left.
    local skipped=(--skip callers_that_fail_together --skip seeds_spread --skip short_tokens_that_expire_together)
    skipped+=(--skip an_eighth_is_forgotten_at_once --skip of_many_that_are_over_together)
    # To read the vectors' two megabytes takes an interpreter longer than all the rest; what they play, others do too.
    skipped+=(--skip every_vector_is_met --skip every_name_is_there_once --skip a_wrong_expectation_is_not_met)
    # Properties get few cases, since an interpreter is slow; what they run is the same code.
    PROPTEST_CASES=4 MIRIFLAGS=-Zmiri-disable-isolation CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}/miri" \
        cargo +nightly miri test -p managed-identity-core --all-features --lib --tests -- "${skipped[@]}"
}
coverage() {
    bash scripts/coverage.sh
}
mutants() {
    bash scripts/mutants.sh
}
fuzz() {
    bash scripts/fuzz.sh "${FUZZ_SECONDS:-60}"
}
chaos() {
    CHAOS_SCRIPTS=10000 cargo test --quiet -p managed-identity-tests --test chaos -- --nocapture
    CHAOS_SCRIPTS=500 cargo test --quiet -p managed-identity --test program serve_chaos
}
soak() {
    SOAK_SECONDS="${SOAK_SECONDS:-3600}" cargo test --quiet -p managed-identity-tests --test soak -- --nocapture
}
hosts() {
    bash scripts/test-hosts.sh --all
}
neighbours() {
    bash scripts/test-neighbours.sh
}
link() {
    bash scripts/test-link.sh
}
windows() {
    bash scripts/test-windows.sh --all
}
release() {
    bash scripts/test-release.sh --all
}
supply-chain() {
    bash scripts/supply-chain.sh
}
lint() {
    bash scripts/lint-wasm.sh --hosts
}
# The tables of docs/fleet.md are those of now, and a fleet's day takes less than a minute.
fleet() {
    cargo run --quiet --release -p managed-identity-figures -- fleet --check
    cargo bench --quiet -p managed-identity-fleet -- --check
}
# Every budget is met, and the ratios are kept; prints those of the last commits.
benchmarks() {
    local kept="${BENCHMARK_HISTORY:-${CARGO_TARGET_DIR:-$PWD/target}/benchmarks/history.txt}"
    mkdir -p "$(dirname "$kept")"
    echo "commit $(git rev-parse --short HEAD) $(date -u +%F)" >> "$kept"
    cargo bench --quiet --manifest-path tests/benchmarks/Cargo.toml -- --check | tee -a "$kept"
    cargo bench --quiet -p managed-identity --bench program -- --check | tee -a "$kept"
    BENCHMARK_HISTORY="$kept" bash scripts/figures.sh history
}

all=(supply-chain lint hosts neighbours link windows release coverage miri chaos fuzz mutants soak fleet benchmarks)
parts=("$@")
if [[ ${#parts[@]} == 0 ]]; then
    parts=("${all[@]}")
fi
for part in "${parts[@]}"; do
    if [[ " ${all[*]} " != *" $part "* ]]; then
        echo "nightly: there is no part \"$part\", only: ${all[*]}" >&2
        exit 2
    fi
done
bash scripts/setup.sh
for part in "${parts[@]}"; do
    printf '\n== %s (%ss)\n' "$part" "$SECONDS"
    "$part"
done
printf '\n== all passed (%ss)\n' "$SECONDS"
