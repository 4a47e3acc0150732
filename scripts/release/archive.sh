#!/usr/bin/env bash
# Packs the program for a target with what belongs to it. The same input gives the same archive, byte for byte.
#
#   bash scripts/release/archive.sh VERSION TRIPLE BUILT STAGED MADE
#
# BUILT has the program, STAGED man pages, completions and licences; the archive is made in MADE. SOURCE_DATE_EPOCH is the
# time of all files in it.
set -euo pipefail
cd "$(dirname "$0")/../.."

version="$1" triple="$2" built="$3" staged="$4" made="$5"
name="managed-identity-$version-$triple"
work="$(mktemp --directory)"
trap 'rm -rf "$work"' EXIT
folder="$work/$name"
mkdir -p "$folder/completions"
cp -R LICENSE-APACHE LICENSE-MIT CHANGELOG.md cli/README.md "$staged/licenses/." "$folder"
if [[ "$triple" == *-windows-* ]]; then
    cp "$built/managed-identity.exe" "$folder"
    cp "$staged/completions/managed-identity.powershell" "$folder/completions/managed-identity.ps1"
else
    cp "$built/managed-identity" "$folder"
    mkdir "$folder/man"
    cp "$staged"/man/*.1 "$folder/man"
    cp "$staged"/completions/managed-identity.{bash,fish,zsh} "$folder/completions"
    cp -R cli/systemd "$folder"
fi
find "$folder" -exec touch --date "@$SOURCE_DATE_EPOCH" {} +
if [[ "$triple" == *-windows-* ]]; then
    (cd "$work" && TZ=UTC python3 -m zipfile --create "$made/$name.zip" "$name")
else
    tar --create --directory "$work" --sort=name --owner=0 --group=0 --numeric-owner "$name" |
        gzip --best --no-name >"$made/$name.tar.gz"
fi
