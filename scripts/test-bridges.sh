#!/usr/bin/env bash
# Tests what hands our tokens to other libraries, with those libraries' own clients: against the simulator's Key Vault, and
# against Azurite. Then runs the examples, offline.
#
#   bash scripts/test-bridges.sh [--tools]
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
    '' | --tools) ;;
    *) echo "usage: bash scripts/test-bridges.sh [--tools]" >&2; exit 2 ;;
esac

bash scripts/npm-ci.sh bridges/testing/azurite
[[ "${1:-}" == --tools ]] && exit

target="${CARGO_TARGET_DIR:-$PWD/target}/bridges"
export CARGO_TARGET_DIR="$target"
number=0
step() {
    number=$((number + 1))
    printf '[%s/6] %s (%ss)\n' "$number" "$1" "$SECONDS"
}
# What an example prints is what is expected of it.
example() {
    local expected="$1" said
    shift
    said="$("$@")"
    if [[ "$said" != "$expected" ]]; then
        printf 'expected: %s\nprinted:  %s\n' "$expected" "$said" >&2
        exit 1
    fi
}
simulated=("$target/debug/managed-identity-simulator" run imds)
beside_azurite=("$target/debug/with-azurite")
examples="$target/debug/examples"

cd bridges
step 'build'
cargo build --workspace --all-targets
cargo build -p managed-identity-simulator
step 'tests'
cargo test --quiet --workspace
step 'example: a secret from Key Vault, with the client of the Azure SDK'
example hello "${simulated[@]}" --services-https --key-vault-secret greeting=hello -- "$examples/secret" greeting
step 'example: containers of a storage account, with the client of the Azure SDK'
example $'music\npictures' "${simulated[@]}" -- "${beside_azurite[@]}" "$examples/containers" music
step 'example: an object in a container, with object_store'
example 'tom.txt 4' "${simulated[@]}" -- "${beside_azurite[@]}" "$examples/lake" tom.txt meow
step 'example: a file in a container, with OpenDAL'
example 'tom.txt 4' "${simulated[@]}" -- "${beside_azurite[@]}" "$examples/files" tom.txt meow
echo 'all bridges carry'
