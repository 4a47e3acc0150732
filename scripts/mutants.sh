#!/usr/bin/env bash
# Mutation testing of core: changes its code in one place after the other and sees whether a test fails. All of it, or the parts that
# are named; files are a part too:
#
#   bash scripts/mutants.sh [cache | chain | rest | core/src/FOLDER/FILE.rs]...
#
# What survives must be in core/mutants.txt, with a reason, and what is in there must survive.
set -euo pipefail
cd "$(dirname "$0")/.."
# One order everywhere.
export LC_ALL=C

PATH="$(bash scripts/tools.sh cargo-mutants):$PATH"
# One file is different each time, and nobody steps through it.
export CARGO_INCREMENTAL=1 CARGO_PROFILE_DEV_DEBUG=false
output="${CARGO_TARGET_DIR:-$PWD/target}/mutants"
rm -rf "$output"
mkdir -p "$output"

core=(-p managed-identity-core --all-features --colors never)
most=(chain environment messages refused settings transitions values vectors)
files=()

# Without the line, which changes with each edit above it.
without_lines() {
    sed -E 's/:[0-9]+:[0-9]+:/:/' | sort
}
list() {
    cargo mutants --list "${core[@]}" "$@" | without_lines
}
count() {
    cat "$@" 2>/dev/null | wc -l
}
# What is not found, and after each 25th how far it is.
progress() {
    local line all='?' tried=0
    while IFS= read -r line; do
        case "$line" in
            caught* | unviable*) ;;
            *) echo "$line" ;;
        esac
        case "$line" in
            'Found '*) all="${line#Found }" && all="${all%% *}" ;;
            caught* | unviable* | MISSED* | TIMEOUT*)
                tried=$((tried + 1))
                if [[ $((tried % 25)) == 0 ]]; then
                    echo "mutants: $tried of $all (${SECONDS}s)"
                fi
                ;;
        esac
    done
}
# 2 and 3 say that mutants were missed or ran into the time limit.
run() {
    local status=0
    cargo mutants "${core[@]}" --jobs 2 --minimum-test-timeout 60 --caught --unviable "$@" | progress || status=$?
    [[ $status == 0 || $status == 2 || $status == 3 ]]
}
# The tests that find most come first; the others get what those let through.
part() {
    local part="$1" folder="$output/$1" choice quick
    case "$part" in
        cache) choice=(-f 'core/src/cache/**') && quick=(cache) ;;
        chain) choice=(-f 'core/src/credential/**' -f 'core/src/machine/**') && quick=("${most[@]}") ;;
        rest)
            choice=(-e 'core/src/cache/**' -e 'core/src/credential/**' -e 'core/src/machine/**') && quick=("${most[@]}")
            ;;
        files) choice=("${files[@]}") && quick=(cache "${most[@]}") ;;
    esac
    mkdir "$folder"
    list "${choice[@]}" >"$folder/all.txt"
    printf '\n== mutants of %s (%ss)\n' "$part" "$SECONDS"
    run --output "$folder" "${choice[@]}" "${quick[@]/#/-C=--test=}" -C=--lib || return 1
    cp -r "$folder/mutants.out" "$folder/quick"
    if [[ $(count "$folder"/quick/{missed,timeout}.txt) != 0 ]]; then
        run --output "$folder" "${choice[@]}" --iterate -C=--lib -C=--tests || return 1
    fi
    without_lines <"$folder/mutants.out/missed.txt" >"$folder/survivors.txt"
    echo "mutants of $part: $(count "$folder/all.txt"), of which $(count "$folder/quick/unviable.txt") are no code," \
        "$(count "$folder/mutants.out/timeout.txt") do not end, and $(count "$folder/survivors.txt") survive"
    comm -12 "$output/explained.txt" "$folder/all.txt" | diff - "$folder/survivors.txt" ||
        { echo "mutants: what survives of $part (>) is not what core/mutants.txt explains (<)" >&2; return 1; }
}

grep -v '^#' core/mutants.txt | grep . | sort >"$output/explained.txt"
if comm -23 "$output/explained.txt" <(list) | grep .; then
    echo 'mutants: core/mutants.txt explains these, and there are no such mutants' >&2
    exit 1
fi
parts=()
for name in "$@"; do
    case "$name" in
        cache | chain | rest) parts+=("$name") ;;
        core/src/*.rs) files+=(-f "$name") ;;
        *) echo "mutants: there is no part \"$name\", only cache, chain, rest, and files of core/src" >&2; exit 2 ;;
    esac
done
if [[ ${#files[@]} != 0 ]]; then
    parts+=(files)
elif [[ $# == 0 ]]; then
    parts=(cache chain rest)
fi
failed=()
for name in "${parts[@]}"; do
    part "$name" || failed+=("$name")
done
printf '\n== done (%ss)\n' "$SECONDS"
[[ ${#failed[@]} == 0 ]]
