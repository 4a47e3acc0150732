#!/usr/bin/env bash
# Makes the tables and pictures of the pages that show figures, all of them or those that are named, on this machine and
# with its name and the date under them; or prints the table over commits that the nightly run keeps. Takes some minutes, in
# which the machine should have nothing else to do.
#
#   bash scripts/figures.sh [fleet | benchmarks | history]...
set -euo pipefail
cd "$(dirname "$0")/.."

kept="${CARGO_TARGET_DIR:-$PWD/target}/benchmarks"
figures() {
    cargo run --quiet --release -p managed-identity-figures -- "$@"
}
# docs/fleet.md and docs/pictures/fleet.svg
fleet() {
    figures fleet
}
# docs/pictures/benchmarks.svg
benchmarks() {
    mkdir -p "$kept"
    cargo bench --manifest-path tests/benchmarks/Cargo.toml | tee "$kept/report.txt"
    figures benchmarks "$kept/report.txt"
}
history() {
    figures history "${BENCHMARK_HISTORY:-$kept/history.txt}"
}

parts=("$@")
if [[ ${#parts[@]} == 0 ]]; then
    parts=(fleet benchmarks)
fi
for part in "${parts[@]}"; do
    case "$part" in
        fleet | benchmarks | history) "$part" ;;
        *) echo "figures: there is no part \"$part\", only: fleet benchmarks history" >&2; exit 2 ;;
    esac
done
