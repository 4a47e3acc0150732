#!/usr/bin/env bash
# Tests that scripts/keep-times.sh makes an unchanged file as old as it was, a changed one new, and all files new where the
# clone stands in another folder.
#
#   bash scripts/test-keep-times.sh
set -euo pipefail
cd "$(dirname "$0")/.."

work="$(mktemp --directory)"
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/tree/scripts"
cp scripts/keep-times.sh "$work/tree/scripts"
cd "$work/tree"
git init --quiet
# Takes what is there as a clone has it, each file of this moment; the last run was an hour ago.
run() {
    git add --all
    touch -- *
    bash scripts/keep-times.sh "$work/seen"
}
holds() {
    if ! test "$1" "$2" "$3"; then
        echo "keep-times: $4" >&2
        exit 1
    fi
}
echo unchanged >'one file'
echo old >other
run
sed --in-place "s/^[0-9][0-9]*/$(($(date +%s) - 3600))/" "$work/seen"
touch --date='1 minute ago' "$work/built"
echo new >other
echo added >third
run
holds 'one file' -ot "$work/built" 'a file that has not changed is to be as old as it was'
holds other -nt "$work/built" 'a file that has changed is to be new'
holds third -nt "$work/built" 'a file that was not there before is to be new'
git mv --force third other
run
holds other -nt "$work/built" 'a file that has the content of another one is to be new'
echo old >other
run
holds other -nt "$work/built" 'a file that is again as it once was is to be new'
mv "$work/tree" "$work/elsewhere"
cd "$work/elsewhere"
run
holds 'one file' -nt "$work/built" 'a file of a clone in another folder is to be new'
