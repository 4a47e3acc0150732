#!/usr/bin/env bash
# Fuzzes all targets one after the other, so many seconds each, and says how often each was run and what it covered.
# What is found new is put into fuzz/corpus; what breaks is put into fuzz/artifacts.
#
#   bash scripts/fuzz.sh SECONDS [TARGET...]
#
# Wants a C++ compiler, and no other toolchain: nothing here is unsafe, so no sanitizer is needed that only an unstable
# one has.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds="${1:?usage: bash scripts/fuzz.sh SECONDS [TARGET...]}"
shift
targets=("$@")
if [[ ${#targets[@]} == 0 ]]; then
    for file in fuzz/fuzz_targets/*.rs; do
        targets+=("$(basename "$file" .rs)")
    done
fi
PATH="$(bash scripts/tools.sh cargo-fuzz):$PATH"
export RUST_BACKTRACE=0
fuzz() {
    local command="$1"
    shift
    cargo fuzz "$command" --sanitizer none --fuzz-dir fuzz --target-dir "${CARGO_TARGET_DIR:-$PWD/target}/fuzz" "$@"
}
for target in "${targets[@]}"; do
    mkdir -p "fuzz/corpus/$target"
    log="$(mktemp)"
    if ! fuzz run "$target" -- -max_total_time="$seconds" -max_len=4096 -timeout=2 -print_final_stats=1 >"$log" 2>&1; then
        cat "$log" >&2
        exit 1
    fi
    runs="$(grep -oP 'stat::number_of_executed_units: +\K\d+' "$log")"
    covered="$(grep -oP ' cov: \K\d+' "$log" | tail -1)"
    # One input for each thing that is covered is enough to keep.
    fuzz cmin "$target" >/dev/null 2>&1
    printf '%-16s%12s runs%8s edges covered%6s inputs kept\n' \
        "$target" "$runs" "$covered" "$(find "fuzz/corpus/$target" -type f | wc -l)"
    rm "$log"
done
