//! Azure Arc's challenge: which file the agent wants read, and whether it may be.
//!
//! CVE-2024-35255 was a missing check at exactly this place: whoever answers on the agent's address could have any file
//! read and sent to it. The path is therefore never rewritten; it already names a key file directly in the token folder,
//! or it is refused.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{ChallengeError, presentable};
use crate::kind::Platform;

/// Reads the path of the key file out of the challenges of a 401 answer and checks that it may be read.
pub(crate) fn key_file(challenges: &[Vec<u8>], directory: &str, platform: Platform) -> Result<String, ChallengeError> {
    let value = match challenges {
        [] => return Err(ChallengeError::Missing { said: None }),
        [value] => core::str::from_utf8(value).map_err(|_| ChallengeError::Realm)?,
        [_, _, ..] => return Err(ChallengeError::Several),
    };
    let path = realm(value)?;
    if is_key_file(path, directory, platform) {
        Ok(path.to_owned())
    } else {
        Err(ChallengeError::Path { path: presentable(path, 256) })
    }
}

/// The realm of a single `Basic` challenge (RFC 9110, section 11), bare or in double quotes.
fn realm(challenge: &str) -> Result<&str, ChallengeError> {
    let (scheme, parameters) = challenge.trim().split_once(' ').unwrap_or((challenge.trim(), ""));
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(ChallengeError::Scheme);
    }
    let (name, value) = parameters.trim_start().split_once('=').ok_or(ChallengeError::Realm)?;
    if !name.eq_ignore_ascii_case("realm") {
        return Err(ChallengeError::Realm);
    }
    let realm = match value.strip_prefix('"') {
        Some(quoted) => {
            let (inner, rest) = quoted.split_once('"').ok_or(ChallengeError::Realm)?;
            if !rest.is_empty() {
                return Err(ChallengeError::Several);
            }
            inner
        }
        None if value.contains(',') => return Err(ChallengeError::Several),
        None if value.contains('"') => return Err(ChallengeError::Realm),
        None => value,
    };
    if realm.trim().is_empty() { Err(ChallengeError::Realm) } else { Ok(realm) }
}

/// Whether `path` is, as written, a file with the extension `.key` directly in `directory`.
fn is_key_file(path: &str, directory: &str, platform: Platform) -> bool {
    let (separators, ignores_case): (&[char], bool) = match platform {
        Platform::Linux => (&['/'], false),
        // A colon would name a drive or an alternate data stream.
        Platform::Windows => (&['\\', '/', ':'], true),
        Platform::Other => return false,
    };
    let Some((folder, rest)) = path.split_at_checked(directory.len()) else { return false };
    let same = if ignores_case { folder.eq_ignore_ascii_case(directory) } else { folder == directory };
    let name = match rest.strip_prefix(separators) {
        Some(name) if same && !rest.starts_with(':') => name,
        _ => return false,
    };
    let Some(stem) = name.strip_suffix(".key") else { return false };
    !stem.is_empty() && !name.contains(separators) && !path.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{is_key_file, realm};
    use crate::error::ChallengeError;
    use crate::kind::Platform;

    const LINUX: &str = "/var/opt/azcmagent/tokens";
    const WINDOWS: &str = r"C:\ProgramData\AzureConnectedMachineAgent\Tokens";

    #[test]
    fn realms_are_read_bare_or_quoted() {
        for (challenge, expected) in [
            ("Basic realm=/d/x.key", Ok("/d/x.key")),
            ("basic REALM=/d/x.key", Ok("/d/x.key")),
            ("Basic  realm=/d/x.key", Ok("/d/x.key")),
            ("Basic realm=\"/d/x.key\"", Ok("/d/x.key")),
            ("Basic realm=/d/a=b.key", Ok("/d/a=b.key")),
            ("Bearer realm=/d/x.key", Err(ChallengeError::Scheme)),
            ("Basicrealm=/d/x.key", Err(ChallengeError::Scheme)),
            ("Basic", Err(ChallengeError::Realm)),
            ("Basic ", Err(ChallengeError::Realm)),
            ("Basic realm", Err(ChallengeError::Realm)),
            ("Basic realm=", Err(ChallengeError::Realm)),
            ("Basic realm=\"\"", Err(ChallengeError::Realm)),
            ("Basic realm=\"/d/x.key", Err(ChallengeError::Realm)),
            ("Basic charset=UTF-8", Err(ChallengeError::Realm)),
            ("Basic realm=\"/d/x.key\", Bearer", Err(ChallengeError::Several)),
            ("Basic realm=/d/x.key, Basic realm=/d/y.key", Err(ChallengeError::Several)),
        ] {
            assert_eq!(realm(challenge), expected, "{challenge}");
        }
    }

    #[test]
    fn only_key_files_directly_in_the_folder_pass() {
        let rows: Vec<(&str, Platform, bool)> = Vec::from([
            ("/var/opt/azcmagent/tokens/x.key", Platform::Linux, true),
            ("/var/opt/azcmagent/tokens/..key", Platform::Linux, true),
            ("/var/opt/azcmagent/tokens/.key", Platform::Linux, false),
            ("/var/opt/azcmagent/tokens/x.KEY", Platform::Linux, false),
            ("/var/opt/azcmagent/tokens/x.txt", Platform::Linux, false),
            ("/var/opt/azcmagent/tokens/../tokens/x.key", Platform::Linux, false),
            ("/var/opt/azcmagent/tokens//x.key", Platform::Linux, false),
            ("/var/opt/azcmagent/tokens/sub/x.key", Platform::Linux, false),
            ("/var/opt/azcmagent/tokens", Platform::Linux, false),
            ("/var/opt/azcmagent/tokensx.key", Platform::Linux, false),
            ("/var/opt/azcmagent/tokens2/x.key", Platform::Linux, false),
            ("/var/opt/azcmagent/Tokens/x.key", Platform::Linux, false),
            ("/var/opt/azcmagent/tokens/x\0.key", Platform::Linux, false),
            ("x.key", Platform::Linux, false),
            ("../../etc/passwd", Platform::Linux, false),
            (r"C:\ProgramData\AzureConnectedMachineAgent\Tokens\x.key", Platform::Windows, true),
            (r"c:\programdata\azureconnectedmachineagent\tokens\x.key", Platform::Windows, true),
            (r"C:\ProgramData\AzureConnectedMachineAgent\Tokens\..\x.key", Platform::Windows, false),
            (r"C:\ProgramData\AzureConnectedMachineAgent\Tokens\a/x.key", Platform::Windows, false),
            (r"C:\ProgramData\AzureConnectedMachineAgent\Tokens\a:x.key", Platform::Windows, false),
            (r"C:\ProgramData\AzureConnectedMachineAgent\Tokens:x.key", Platform::Windows, false),
            (r"C:\ProgramData\AzureConnectedMachineAgent\Tokens\filename.txt", Platform::Windows, false),
            (r"C:\ProgramData\AzureConnectedMachineAgent\Tokens\...\etc\filename.key", Platform::Windows, false),
        ]);
        for (path, platform, expected) in rows {
            let directory = if platform == Platform::Linux { LINUX } else { WINDOWS };
            assert_eq!(is_key_file(path, directory, platform), expected, "{path}");
        }
        assert!(!is_key_file("/var/opt/azcmagent/tokens/x.key", LINUX, Platform::Other));
    }
}
