//! Help, version, completions.

use crate::support::{Outcome, program};

#[test]
fn help_lists_the_exit_codes() {
    for arguments in [vec!["--help"], vec!["token", "--help"], vec!["detect", "--help"]] {
        let help = Outcome::of(program(&arguments)).success();
        for code in ["  0  success", "  1  ", "  2  the caller", "  3  the host", "  4  ", "  5  the service"] {
            assert!(help.lines().any(|line| line.starts_with(code)), "{code} is not in\n{help}");
        }
    }
}

#[test]
fn the_help_of_doctor_says_whose_failure_the_code_is_of() {
    let help = Outcome::of(program(&["doctor", "--help"])).success();
    for line in ["  0  nothing failed", "  3  the host", "[default: 30s]"] {
        assert!(help.lines().any(|it| it.contains(line)), "{line} is not in\n{help}");
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    let expected = concat!("managed-identity ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(Outcome::of(program(&["--version"])).success(), expected);
}

#[test]
fn every_shell_has_a_completion_script_that_knows_the_options() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = Outcome::of(program(&["completions", shell])).success();
        for word in ["managed-identity", "key-directory", "timeout", "simulate", "detect"] {
            assert!(script.contains(word), "{word} is not in the script for {shell}");
        }
    }
}

#[test]
fn the_help_fits_on_a_screen() {
    let help = Outcome::of(program(&["--help"])).success();
    assert!(help.lines().count() <= 40, "{help}");
    assert!(help.lines().all(|line| line.len() <= 100 && line.is_ascii()), "{help}");
}
