#!/usr/bin/env bash
# Adds what the tests need to a machine that has the Rust toolchain: rustfmt, clippy and the other targets' standard
# libraries, Python and Node for other libraries and other hosts, Chromium, tools that the helpers are tried with, and
# wasm-opt. Says nothing and takes no time when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."

components=''
cargo fmt --version >/dev/null 2>&1 || components+=' rustfmt'
cargo clippy --version >/dev/null 2>&1 || components+=' clippy'

targets=''
for target in wasm32-unknown-unknown wasm32-wasip1 wasm32-wasip2 x86_64-pc-windows-gnu; do
    [[ -d "$(rustc --print target-libdir --target "$target")" ]] || targets+=" $target"
done

if [[ -n "$components$targets" ]] && ! command -v rustup >/dev/null; then
    echo "setup: the Rust toolchain lacks$components$targets and there is no rustup to add them." \
        "Install them with the system's package manager, or use rustup." >&2
    exit 1
fi
for component in $components; do
    rustup --quiet component add "$component"
done
for target in $targets; do
    rustup --quiet target add "$target"
done

packages=''
command -v python3 >/dev/null || packages+=' python3 python3-venv'
command -v npm >/dev/null || packages+=' nodejs npm'
# A browser for one test, which is left out where there is none and none can be installed.
if ! command -v chromium >/dev/null && command -v apt-get >/dev/null && [[ "$(id -u)" == 0 ]]; then
    packages+=' chromium'
fi
# Shells that the program's completions are tested in.
if command -v apt-get >/dev/null && [[ "$(id -u)" == 0 ]]; then
    for shell in fish zsh; do
        command -v "$shell" >/dev/null || packages+=" $shell"
    done
fi
if [[ -n "$packages" ]]; then
    if ! command -v apt-get >/dev/null || [[ "$(id -u)" != 0 ]]; then
        echo "setup: these packages are missing:$packages. Install them with the system's package manager, as root." >&2
        exit 1
    fi
    apt-get update -qq
    # Split into words on purpose.
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends $packages
fi

# Tools that the program's helpers are tried with. The test of one that is not here and cannot be had is left out; docker is
# left to the machine, since its client comes with a whole engine.
wanted=()
command -v kubectl >/dev/null || wanted+=(kubernetes-client)
command -v skopeo >/dev/null || wanted+=(skopeo)
if [[ ${#wanted[@]} != 0 ]] && command -v apt-get >/dev/null && [[ "$(id -u)" == 0 ]]; then
    apt-get update -qq || true
    # One by one, since one that a system does not have would keep the others from being installed.
    for package in "${wanted[@]}"; do
        DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "$package" >/dev/null || true
    done
fi
for tool in kubectl skopeo docker; do
    command -v "$tool" >/dev/null || echo "setup: LEFT OUT: the helper's test with $tool, which is not here"
done

# wasm-opt, which the components are built with.
bash scripts/npm-ci.sh component
