#!/usr/bin/env bash
# Installs programs that the nightly checks and a release use, in the versions named here, into the target folder, and prints the folder
# that they are in. Takes no time when they are there.
#
#   PATH="$(bash scripts/tools.sh NAME...):$PATH"
set -euo pipefail
cd "$(dirname "$0")/.."

declare -A versions=(
    [cargo-about]=0.9.3
    [cargo-cyclonedx]=0.5.9
    [cargo-deb]=3.8.0
    [cargo-deny]=0.20.2
    [cargo-fuzz]=0.13.2
    [cargo-hack]=0.6.46
    [cargo-llvm-cov]=0.9.1
    [cargo-mutants]=27.1.0
    [cargo-semver-checks]=0.51.0
)
# What a tool wants to be a program, and has not by itself.
declare -A features=([cargo-about]=cli)
# They run for seconds, so it counts more that they are built soon.
export CARGO_PROFILE_RELEASE_LTO=false CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1
root="${CARGO_TARGET_DIR:-$PWD/target}/tools"
for tool in "$@"; do
    version="${versions[$tool]:?is no tool of scripts/tools.sh}"
    if [[ ! -e "$root/$tool-$version" ]]; then
        cargo install --quiet --locked --root "$root" --target-dir "$root/build/$tool" \
            --features "${features[$tool]:-}" "$tool@$version" >&2
        rm -rf "$root/build/$tool"
        touch "$root/$tool-$version"
    fi
done
echo "$root/bin"
