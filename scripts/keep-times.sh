#!/usr/bin/env bash
# Gives each file of a fresh clone the time at which a build first saw it as it is. Cargo goes by times, and a clone is new in
# all its files: without this everything of ours is built again, whatever has changed.
#
#   bash scripts/keep-times.sh FILE
#
# FILE remembers the times, by path and content; it belongs to a target folder. Run it before anything is built. A file
# that is not as the last run had it gets the time of now, which is later than any earlier build. So does every file where
# the last run was in another folder: programs know the folder that they were built in, and cargo does not ask.
set -euo pipefail
cd "$(dirname "$0")/.."

seen="${1:?usage: bash scripts/keep-times.sh FILE}"
folder="$(pwd -P)"
if [[ ! -e "$seen" || "$(head -n 1 "$seen")" != "$folder" ]]; then
    echo "$folder" >"$seen"
fi
# The first line is the folder. Of each other line: the time, the mode and hash, the path.
{
    echo "$folder"
    git -c core.quotePath=false ls-files --stage |
        awk -F '\t' -v OFS='\t' -v now="$(date +%s)" -v seen="$seen" '
            BEGIN { while ((getline <seen) > 0) time[$2, $3] = $1 }
            { print (($1, $2) in time) ? time[$1, $2] : now, $1, $2 }'
} >"$seen.new"
mv "$seen.new" "$seen"
tail -n +2 "$seen" | while IFS=$'\t' read -r time _ path; do
    touch --no-dereference --date="@$time" -- "$path"
done
