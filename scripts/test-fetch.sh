#!/usr/bin/env bash
# Builds and packs the npm package, installs it into an empty folder and gets tokens there; then everything else that is
# tested of it: types, vectors, hosts, clients of the Azure SDK, a browser, size and start.
#
#   bash scripts/test-fetch.sh [--tools | --pack | --bench]
set -euo pipefail
cd "$(dirname "$0")/.."

mode="${1:-}"
case "$mode" in
    '' | --tools | --pack | --bench) ;;
    *) echo "usage: bash scripts/test-fetch.sh [--tools | --pack | --bench]" >&2; exit 2 ;;
esac

bash scripts/setup.sh
bash scripts/npm-ci.sh transport-fetch/js
[[ "$mode" == --tools ]] && exit

# One command builds and packs.
package="$(cargo run --quiet -p managed-identity-fetch-build)"
echo "packed: $package"
cargo build --quiet -p managed-identity-simulator
simulator="${CARGO_TARGET_DIR:-$PWD/target}/debug/managed-identity-simulator"

# Into an empty folder, and a token from there, by both kinds of modules.
installed="$(mktemp --directory)"
trap 'rm -rf "$installed"' EXIT
npm install --prefix "$installed" --loglevel=error --no-audit --no-fund --offline "$package"
cp transport-fetch/tests/node/{token,default-token}.{mjs,cjs} "$installed"
for kind in mjs cjs; do
    "$simulator" run imds -- node "$installed/token.$kind"
    for source in imds azure-cli; do
        "$simulator" run "$source" -- node "$installed/default-token.$kind"
    done
done
[[ "$mode" == --pack ]] && exit

tests=transport-fetch/tests/node
bash scripts/npm-ci.sh "$tests"
rm -rf "$tests/node_modules/managed-identity-fetch"
cp -R "$installed/node_modules/managed-identity-fetch" "$tests/node_modules/"
export MANAGED_IDENTITY_SIMULATOR="$simulator"

if [[ "$mode" == --bench ]]; then
    exec node "$tests/start.mjs"
fi
# The types hold with the declarations of browsers, of Node and with neither, however the package is resolved; also by an older
# compiler, which knows more ways to do that.
for project in "$tests"/types/tsconfig*.json; do
    transport-fetch/js/node_modules/.bin/tsc --project "$project"
done
for project in "$tests"/types/older/tsconfig*.json; do
    "$tests/node_modules/typescript-5/bin/tsc" --project "$project"
done
"$simulator" check -- node "$tests/driver.mjs"
node --test --test-reporter=spec "$tests"/*.test.mjs
cargo test --quiet -p managed-identity-fetch-build --test clients --test vectors -- --nocapture
node "$tests/size.mjs"
