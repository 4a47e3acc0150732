#!/usr/bin/env bash
# Links the client into WebAssembly guests of every kind, beside what else they may be made of, and prints a line for each.
# Words choose the guests in whose line all of them are.
#
#   bash scripts/test-link.sh [WORD...]          such as: cdylib wasm32-wasip2 std p2
set -euo pipefail
cd "$(dirname "$0")/.."

exec cargo run --quiet -p managed-identity-link-matrix -- "$@"
