#!/usr/bin/env bash
# Runs the core and the reading of files as Windows programs, under Wine, with --all the program and the client too, and says
# by name what is left out. Without it they are checked by the compiler only.
#
#   bash scripts/test-windows.sh [--all]
set -euo pipefail
cd "$(dirname "$0")/.."

triple=x86_64-pc-windows-gnu
echo 'windows: what is checked by the compiler'
cargo check --quiet --target "$triple" -p managed-identity-fs
if ! WINEPREFIX="$(bash scripts/wine.sh)"; then
    echo 'windows: LEFT OUT: nothing was run as a Windows program, as said above'
    exit
fi
export WINEPREFIX WINEDEBUG=-all
# Nothing of it goes on when the tests are over.
trap 'wineserver --kill 2>/dev/null || true' EXIT
core=(-p managed-identity-core -p managed-identity-fs --all-features --lib --tests)
client=(-p managed-identity-reqwest --no-default-features --features "certificates tls-ring" --lib --tests --)
program=(-p managed-identity --bins --tests --)
# Windows verifies certificates by roots that a program adds to its own, and Wine 8 does not know how.
roots=(
    a_client_is_made_on_another_thread_and_once_however_many_want_it
    a_federated_credential_that_has_not_spread_is_waited_for
    a_job_gets_a_token_by_the_word_of_its_pipeline
    a_job_with_another_token_is_refused_and_named
    a_managed_identity_is_the_proof_of_an_application
    a_pipeline_that_is_throttled_is_waited_for
    a_redirect_of_the_authority_is_an_answer
    a_request_may_name_a_tenant_and_claims
    an_authority_is_simulated_within_the_command
    an_authority_of_a_certificate_that_is_given_gives_a_token
    what_a_program_knows_counts_before_the_environment
)
# Cargo is a program of the system that Wine runs on.
cargo=(nothing_of_it_is_slow_to_build_or_wants_further_tools)
for test in "${roots[@]}" "${cargo[@]}"; do
    client+=(--skip "$test")
    program+=(--skip "$test")
done
if [[ "${1:-}" != --all ]]; then
    cargo check --quiet --target "$triple" -p managed-identity-reqwest --no-default-features --features tls-ring
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
# Builds the tests of a part, then runs them; the arguments behind `--` are for the tests.
run() {
    local name="$1" built=()
    shift
    echo "windows: $name, under Wine (${SECONDS}s)"
    for argument in "$@"; do
        [[ "$argument" != -- ]] || break
        built+=("$argument")
    done
    cargo test --quiet --target "$triple" --no-run "${built[@]}"
    wineserver --kill 2>/dev/null || true
    inside cargo test --quiet --offline --target "$triple" "$@"
}
run 'core and files' "${core[@]}"
if [[ "${1:-}" == --all ]]; then
    run 'the client' "${client[@]}"
    run 'the program' "${program[@]}"
    echo "windows: LEFT OUT: certificates by roots that a program adds, which Wine 8 does not verify: ${roots[*]}"
    echo "windows: LEFT OUT: what runs cargo, which is no Windows program here: ${cargo[*]}"
fi
echo 'windows: LEFT OUT: symbolic links and junctions, which Wine 8 does not make'
echo 'windows: LEFT OUT: that what a tool has started ends with it, since the taskkill of Wine 8 ends the tool alone'
