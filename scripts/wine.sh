#!/usr/bin/env bash
# Makes a prefix for Wine in the target folder, in which programs of Rust run, and prints its folder. Takes no time when it is
# there. Fails where Wine or mingw are not there and cannot be installed.
#
#   WINEPREFIX="$(bash scripts/wine.sh)"
set -euo pipefail
cd "$(dirname "$0")/.."

has_all() {
    command -v x86_64-w64-mingw32-gcc >/dev/null && command -v wine >/dev/null
}
if ! has_all && command -v apt-get >/dev/null && [[ "$(id -u)" == 0 ]]; then
    # Where they cannot be had, that is said below.
    apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive \
        apt-get install -qq --no-install-recommends wine wine64 gcc-mingw-w64-x86-64 >/dev/null || true
fi
if ! has_all; then
    echo 'wine: there is no Wine or no mingw here, and neither can be installed' >&2
    exit 1
fi

export WINEPREFIX="${CARGO_TARGET_DIR:-$PWD/target}/wine" WINEDEBUG=-all
system="$WINEPREFIX/drive_c/windows/system32"
if [[ ! -f "$system/bcryptprimitives.dll" ]]; then
    echo 'wine: a prefix' >&2
    mkdir -p "$WINEPREFIX"
    # What it says of 32-bit programs is of no concern.
    timeout 180 wine wineboot --init >/dev/null 2>&1 || true
    timeout 60 wineserver --wait || true
    # The standard library wants a function of a library that Wine 8 lacks; another one does the same.
    x86_64-w64-mingw32-gcc -shared -o "$system/bcryptprimitives.dll" -x c - -ladvapi32 <<'END'
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length) {
    return SystemFunction036(buffer, (ULONG)length);
}
END
fi
if [[ ! -f "$system/interrupt.exe" ]]; then
    # What no program of Windows does: a Ctrl-C in the console of the process of this number.
    x86_64-w64-mingw32-gcc -o "$system/interrupt.exe" -x c - <<'END'
#include <stdlib.h>
#include <windows.h>
int main(int count, char **arguments) {
    FreeConsole();
    return !(count == 2 && AttachConsole(atoi(arguments[1])) && SetConsoleCtrlHandler(NULL, TRUE)
        && GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0));
}
END
fi
echo "$WINEPREFIX"
