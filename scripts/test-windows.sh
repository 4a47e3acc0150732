#!/usr/bin/env bash
# Runs the core and the reading of files as Windows programs, under Wine, and says by name what is left out. The client,
# and with --all the program and the simulator too, are checked by the compiler only.
#
#   bash scripts/test-windows.sh [--all]
set -euo pipefail
cd "$(dirname "$0")/.."

target="${CARGO_TARGET_DIR:-$PWD/target}"
triple=x86_64-pc-windows-gnu
echo 'windows: what is checked by the compiler'
cargo check --quiet --target "$triple" -p managed-identity-fs
if ! command -v x86_64-w64-mingw32-gcc >/dev/null && command -v apt-get >/dev/null && [[ "$(id -u)" == 0 ]]; then
    # Where they cannot be had, that is said below.
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
        apt-get install -qq --no-install-recommends wine wine64 gcc-mingw-w64-x86-64 >/dev/null || true
fi
if ! command -v x86_64-w64-mingw32-gcc >/dev/null || ! command -v wine >/dev/null; then
    echo 'windows: LEFT OUT: there is no Wine or no mingw here, and neither can be installed; nothing was run as a Windows program'
    exit
fi
ring=(--no-default-features --features tls-ring)
cargo check --quiet --target "$triple" -p managed-identity-reqwest "${ring[@]}"
if [[ "${1:-}" == --all ]]; then
    cargo check --quiet --target "$triple" -p managed-identity -p managed-identity-simulator
fi

export WINEPREFIX="$target/wine" WINEDEBUG=-all
if [[ ! -f "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll" ]]; then
    echo 'windows: a prefix for Wine'
    mkdir -p "$WINEPREFIX"
    # What it says of 32-bit programs is of no concern.
    timeout 180 wine wineboot --init >/dev/null 2>&1 || true
    timeout 60 wineserver --wait || true
    # The standard library wants a function of a library that Wine 8 lacks; another one does the same.
    source="$(mktemp --suffix .c)"
    cat >"$source" <<'END'
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length) {
    return SystemFunction036(buffer, (ULONG)length);
}
END
    x86_64-w64-mingw32-gcc -shared -o "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll" "$source" -ladvapi32
    rm "$source"
fi

# With loopback only, where that can be had: Wine's sockets belong to its server, which is started inside.
inside() {
    if unshare --net true 2>/dev/null; then
        unshare --net bash -c 'ip link set lo up 2>/dev/null; "$@"' inside "$@"
    else
        "$@"
    fi
}
export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER=wine
export AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:9
wineserver --kill 2>/dev/null || true
echo 'windows: core and files, under Wine'
cargo test --quiet --target "$triple" --no-run -p managed-identity-core -p managed-identity-fs --all-features
inside cargo test --quiet --offline --target "$triple" -p managed-identity-core -p managed-identity-fs --all-features --lib --tests
echo 'windows: LEFT OUT: symbolic links and junctions, which Wine 8 does not make'
