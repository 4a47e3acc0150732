//! Small programs that play the developer tools.

use std::path::Path;
use std::process::Command;

/// What PowerShell writes by the scripts of others, which are told by their options: ours alone asks for text.
const SCRIPTS_OF_OTHERS: &str = r#"case "$*" in
  *-OutputFormat*) ;;
  *-EncodedCommand*) printf '%s' 'azsdk%token-of-pwsh%4102444800'; exit 0 ;;
  *) printf '%s' '{"Token":"token-of-pwsh","ExpiresOn":"2100-01-01T00:00:00Z"}'; exit 0 ;;
esac
"#;

/// What comes of a tool: its standard output, its standard error, its exit code.
fn said(tool: &str, state: &str) -> (&'static str, &'static str, u8) {
    let token = match tool {
        "az" => {
            r#"{"accessToken":"token-of-az","expiresOn":"2100-01-01 00:00:00.000000","expires_on":4102444800,"subscription":"s","tenant":"t","tokenType":"Bearer"}"#
        }
        "azd" => r#"{"token":"token-of-azd","expiresOn":"2100-01-01T00:00:00Z"}"#,
        _ => r#"{"token":"token-of-pwsh","expires_on":4102444800}"#,
    };
    let signed_out = match tool {
        "az" => "ERROR: Please run 'az login' to setup account.",
        "azd" => "ERROR: not logged in, run `azd auth login` to login",
        _ => "Get-AzAccessToken : Run Connect-AzAccount to login.",
    };
    match state {
        "signed-in" => (token, "", 0),
        "signed-out" => ("", signed_out, 1),
        "refused" => ("", "ERROR: AADSTS50076: multi-factor authentication is required.", 1),
        "failing" => ("", "something went wrong", 42),
        "garbage" => ("this is no token", "", 0),
        // The Azure CLI before 2.54.0.
        "old" => {
            (r#"{"accessToken":"token-of-az","expiresOn":"2100-01-01 00:00:00.000000","tokenType":"Bearer"}"#, "", 0)
        }
        _ => panic!("{tool} cannot be {state}"),
    }
}

/// Makes the program in this folder.
pub(crate) fn make(folder: &Path, tool: &str, state: &str) {
    let (output, errors, code) = said(tool, state);
    let of_others = if tool == "pwsh" && state == "signed-in" { SCRIPTS_OF_OTHERS } else { "" };
    let quoted = |text: &str| text.replace('\'', r"'\''");
    let (output, errors) = (quoted(output), quoted(errors));
    let script = format!("#!/bin/sh\n{of_others}printf '%s' '{output}'\nprintf '%s' '{errors}' >&2\nexit {code}\n");
    // By another process: a file that is open for writing in this one, for a moment in a child, cannot be executed.
    let write = "printf %s \"$2\" > \"$1\" && chmod 755 \"$1\"";
    let status = Command::new("sh").args(["-c", write, "sh"]).arg(folder.join(tool)).arg(script).status();
    assert!(status.expect("sh can be run").success(), "{tool} can be written");
}
