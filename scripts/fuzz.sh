#!/usr/bin/env bash
# Fuzzes all targets one after the other, so many seconds each, and says how often each was run and what it covered.
# What covers something new is put into the target's archive in fuzz/corpus; what breaks is put into fuzz/artifacts.
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
build="${CARGO_TARGET_DIR:-$PWD/target}/fuzz"
log="$(mktemp)"
kept="$(mktemp --directory)"
trap 'rm -r "$log" "$kept"' EXIT

# Runs a target: its name, folders of inputs, "--", options of libFuzzer.
run() {
    if ! cargo fuzz run --sanitizer none --fuzz-dir fuzz --target-dir "$build" "$@" >"$log" 2>&1; then
        cat "$log" >&2
        exit 1
    fi
}
# A figure from the log: what stands before it, what stands after it.
figure() {
    grep -oP "$1\K\d+(?=$2)" "$log" | tail -1
}
# Puts into a folder as few inputs of other folders as reach every edge that it does not reach itself.
choose() {
    run "$target" "$@" -- -set_cover_merge=1 -use_counters=0 -max_len=8192
}
# The same inputs are always the same archive.
pack() {
    find "$1" -type f -printf '%f\n' | LC_ALL=C sort | tar --create --file "$2" --directory "$1" --format=ustar \
        --mtime=@0 --mode=644 --owner=0 --group=0 --numeric-owner --files-from -
}
for target in "${targets[@]}"; do
    archive="fuzz/corpus/$target.tar"
    # Keeps more than the archive does, for the next time on this machine.
    found="$build/corpus/$target"
    rm -rf "${kept:?}"/*
    mkdir -p "$found" "$kept/old" "$kept/new"
    if [[ -e "$archive" ]]; then
        tar --extract --file "$archive" --directory "$kept/old"
    fi
    run "$target" "$found" "$kept/old" -- -max_total_time="$seconds" -max_len=8192 -timeout=2 -print_final_stats=1
    runs="$(figure 'stat::number_of_executed_units: +' '')"
    covered="$(figure ' cov: ' '')"
    choose "$kept/old" "$found"
    # Chosen anew only when something new is covered, so that an archive does not change for nothing.
    if [[ "$(figure 'MERGE-OUTER: ' ' new files')" != 0 ]]; then
        choose "$kept/new" "$kept/old" "$found"
        pack "$kept/new" "$archive"
    fi
    printf '%-16s%12s runs%8s edges covered%6s inputs kept\n' \
        "$target" "$runs" "$covered" "$(tar --list --file "$archive" | wc -l)"
done
