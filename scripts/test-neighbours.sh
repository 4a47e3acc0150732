#!/usr/bin/env bash
# Builds and runs the programs in tests/neighbours one by one: each uses the native client beside libraries of its own
# choice, makes clients of both and gets tokens from the simulator.
#
#   bash scripts/test-neighbours.sh [PROGRAM...]
set -euo pipefail
cd "$(dirname "$0")/../tests/neighbours"

programs=("$@")
if [[ ${#programs[@]} -eq 0 ]]; then
    programs=(reqwest-without-defaults rustls-with-defaults azure-sdk reqwest-with-everything)
fi
number=0
for program in "${programs[@]}"; do
    number=$((number + 1))
    echo "[$number/${#programs[@]}] $program"
    # By itself: built together, what one of them switches on would be on in all.
    cargo run --quiet --package "$program"
done
echo "all neighbours get on with the client"
