#!/usr/bin/env bash
# Makes what a release consists of, and uploads nothing: archives of the program with man pages, completions and the
# licences of all crates in it, a Debian package, the list of everything the program is made of (CycloneDX), the packed crates, the npm package
# and the components, with their checksums, in the folder `released/VERSION` of the target folder.
#
#   bash scripts/release.sh [--rehearse] [--profile NAME] [--target TRIPLE]... [PART]...
#
# PART is one of program, debian, sbom, crates, npm, components; without any it is all of them.
# --rehearse takes a tree with changes, and a version whose changes are not dated yet. A TRIPLE whose tools cannot be had
# is left out by name in a rehearsal, and is an error otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."

all=(program debian sbom crates npm components)
native="$(rustc --version --verbose | sed -n 's/^host: //p')"
rehearse=''
profile=dist
targets=()
parts=()
usage="usage: bash scripts/release.sh [--rehearse] [--profile NAME] [--target TRIPLE]... [${all[*]}]..."
while [[ $# != 0 ]]; do
    case "$1" in
        --rehearse) rehearse=yes; shift ;;
        --profile) profile="${2:?$usage}"; shift 2 ;;
        --target) targets+=("${2:?$usage}"); shift 2 ;;
        *)
            if [[ " ${all[*]} " != *" $1 "* ]]; then
                echo "$usage" >&2
                exit 2
            fi
            parts+=("$1"); shift ;;
    esac
done
[[ ${#targets[@]} != 0 ]] || targets=("$native" x86_64-unknown-linux-musl x86_64-pc-windows-gnu)
[[ ${#parts[@]} != 0 ]] || parts=("${all[@]}")

version="$(bash scripts/release/check.sh ${rehearse:+--rehearse})"
target="${CARGO_TARGET_DIR:-$PWD/target}"
made="$target/released/$version"
staged="$target/staged"
SOURCE_DATE_EPOCH="$(git log -1 --format=%ct)"
export SOURCE_DATE_EPOCH
rm -rf "$made" "$staged"
mkdir -p "$made" "$staged"
# Where cargo puts what it builds in the profile.
folder="$profile"
[[ "$profile" != dev ]] || folder=debug

# Where the program for a target is.
built() {
    local triple="$1"
    [[ "$triple" != "$native" ]] || triple=.
    echo "$target/$triple/$folder"
}
# The program for this machine, the man pages and completions that it writes itself, and the licences of what it is made of.
stage() {
    [[ ! -d "$staged/man" ]] || return 0
    bash scripts/release/build.sh "$profile" "$native"
    local program
    program="$(built "$native")/managed-identity"
    mkdir -p "$staged/man" "$staged/completions" "$staged/licenses"
    "$program" manual "$staged/man"
    local shell
    for shell in bash zsh fish powershell; do
        "$program" completions "$shell" >"$staged/completions/managed-identity.$shell"
    done
    gzip --best --no-name --keep --force "$staged"/man/*.1
    # What is built as for tests is for nobody else.
    [[ "$profile" == dev ]] || licenses cli --target "$native" "${targets[@]/#/--target=}" >"$staged/licenses/THIRD-PARTY-LICENSES"
}
# Prints the licences of a crate of the workspace and of what it is made of.
licenses() {
    bash scripts/release/licenses.sh "$1/Cargo.toml" "${@:2}"
}
program() {
    local triple
    stage
    for triple in "${targets[@]}"; do
        if [[ "$triple" != "$native" ]] && ! bash scripts/release/build.sh "$profile" "$triple"; then
            [[ -n "$rehearse" ]] || exit 1
            echo "release: LEFT OUT: the program for $triple, as said above"
            continue
        fi
        bash scripts/release/archive.sh "$version" "$triple" "$(built "$triple")" "$staged" "$made"
    done
}
debian() {
    stage
    PATH="$(bash scripts/tools.sh cargo-deb):$PATH"
    # Where cargo-deb looks for files that were built.
    local packed
    packed="$(built "$native")/packed"
    rm -rf "$packed"
    cp -R "$staged" "$packed"
    cargo deb --quiet --package managed-identity --profile "$profile" --no-build --no-strip \
        --locked --output "$made/managed-identity_${version}_amd64.deb"
}
sbom() {
    bash scripts/release/sbom.sh >"$made/managed-identity-$version.cdx.json"
}
crates() {
    bash scripts/package.sh ${rehearse:+--allow-dirty} >/dev/null
    cp "$target"/package/*-"$version".crate "$target"/bridges/package/*-"$version".crate "$made"
}
npm() {
    bash scripts/test-fetch.sh --tools
    licenses transport-fetch --features chain --target wasm32-unknown-unknown >"$staged/THIRD-PARTY-LICENSES"
    cp "$(cargo run --quiet -p managed-identity-fetch-build -- --licenses "$staged/THIRD-PARTY-LICENSES")" "$made"
}
components() {
    local world component
    for component in $(cargo run --quiet -p managed-identity-component-build -- build); do
        world="$(basename "$component" .wasm)"
        cp "$component" "$made/managed-identity-$version-$world.wasm"
    done
    licenses component --all-features --target wasm32-unknown-unknown \
        >"$made/managed-identity-$version-components-THIRD-PARTY-LICENSES.txt"
}

for part in "${parts[@]}"; do
    echo "release: $part (${SECONDS}s)"
    "$part"
done
echo "release: checksums (${SECONDS}s)"
(cd "$made" && sha256sum -- * >SHA256SUMS)
ls -l "$made"
