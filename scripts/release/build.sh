#!/usr/bin/env bash
# Builds the program for a target, in a profile. Says what is missing where the target's tools cannot be had.
#
#   bash scripts/release/build.sh PROFILE TRIPLE
set -euo pipefail
cd "$(dirname "$0")/../.."

profile="${1:?usage: bash scripts/release/build.sh PROFILE TRIPLE}"
triple="${2:?usage: bash scripts/release/build.sh PROFILE TRIPLE}"
# What compiles the C code of the cryptography, and the package that has it.
case "$triple" in
    *-linux-musl) compiler=musl-gcc package=musl-tools ;;
    *-windows-gnu) compiler=x86_64-w64-mingw32-gcc package=gcc-mingw-w64-x86-64 ;;
    *) compiler=cc package=gcc ;;
esac
if ! command -v "$compiler" >/dev/null && command -v apt-get >/dev/null && [[ "$(id -u)" == 0 ]]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "$package" >/dev/null || true
fi
if ! command -v "$compiler" >/dev/null; then
    echo "release: there is no $compiler, for $triple; install $package" >&2
    exit 1
fi
if [[ ! -d "$(rustc --print target-libdir --target "$triple")" ]] && ! rustup --quiet target add "$triple"; then
    echo "release: the standard library for $triple is not installed, and rustup cannot fetch it" >&2
    exit 1
fi
# The folders of this machine are no part of a program that others get.
if [[ "$profile" != dev ]]; then
    export RUSTFLAGS="--remap-path-prefix=$PWD/= --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src/=/"
fi
options=(--target "$triple")
# For this machine it is built where the tests have it.
[[ "$(rustc --version --verbose)" != *"host: $triple"* ]] || options=()
cargo build --quiet --locked --package managed-identity --profile "$profile" "${options[@]}"
