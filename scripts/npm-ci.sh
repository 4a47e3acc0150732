#!/usr/bin/env bash
# Installs what npm brings for a folder, in the versions that are pinned there; again only when those change.
#
#   bash scripts/npm-ci.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."

folder="${1:?usage: bash scripts/npm-ci.sh FOLDER}"
if ! cmp --silent "$folder/package-lock.json" "$folder/node_modules/package-lock.json"; then
    npm ci --prefix "$folder" --loglevel=error
    cp "$folder/package-lock.json" "$folder/node_modules/package-lock.json"
fi
