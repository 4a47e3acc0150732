//! Azure Arc's challenge: which file the agent wants read, and whether it may be.
//!
//! CVE-2024-35255 was a missing check at exactly this place: whoever answers on the agent's address could have any file
//! read and sent to it. The path is therefore never repaired; it already names a key file directly in the token folder, or
//! it is refused. What is taken from it is the file's name.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

use crate::error::ChallengeError;
use crate::kind::Platform;
use crate::wire::{repeats, shown};

/// Reads the path of the key file out of the challenges of a 401 answer, and checks that it may be read. The agent names it
/// in its own folder; where that folder is seen elsewhere, the path is that of the file of the same name there. A name with
/// one of the `secrets` in it that were sent to the agent is none: it would be shown to people.
pub(crate) fn key_file(
    challenges: &[Vec<u8>],
    agent_directory: &str,
    seen_at: &str,
    platform: Platform,
    secrets: &[&str],
) -> Result<String, ChallengeError> {
    let value = match challenges {
        [] => return Err(ChallengeError::Missing { said: None }),
        [value] => core::str::from_utf8(value).map_err(|_| ChallengeError::Realm)?,
        [_, _, ..] => return Err(ChallengeError::Several),
    };
    let path = realm(value)?;
    let refused = || ChallengeError::Path { path: shown(path, 256, secrets).unwrap_or_default() };
    let named = key_file_name(path, seen_at, platform);
    let name = named.or_else(|| key_file_name(path, agent_directory, platform)).ok_or_else(refused)?;
    let stem = name.strip_suffix(".key").unwrap_or(name);
    if repeats(stem, secrets) {
        return Err(refused());
    }
    match named {
        Some(_) => Ok(path.to_owned()),
        None => Ok([seen_at, if platform == Platform::Windows { r"\" } else { "/" }, name].concat()),
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

/// The name of the file, when `path` is, as written, a file with the extension `.key` directly in `directory`.
fn key_file_name<'a>(path: &'a str, directory: &str, platform: Platform) -> Option<&'a str> {
    let (separators, ignores_case): (&[char], bool) = match platform {
        Platform::Linux => (&['/'], false),
        // A colon would name a drive or an alternate data stream.
        Platform::Windows => (&['\\', '/', ':'], true),
        Platform::Other => return None,
    };
    let (folder, rest) = path.split_at_checked(directory.len())?;
    let same = if ignores_case { folder.eq_ignore_ascii_case(directory) } else { folder == directory };
    let name = match rest.strip_prefix(separators) {
        Some(name) if same && !rest.starts_with(':') => name,
        _ => return None,
    };
    let stem = name.strip_suffix(".key")?;
    (!stem.is_empty() && !name.contains(separators) && !path.chars().any(char::is_control)).then_some(name)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{key_file, key_file_name, realm};
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
    fn a_name_with_a_secret_in_it_is_no_key_files() {
        let file = |name: &str| {
            let challenge = Vec::from(["Basic realm=", LINUX, "/", name].concat());
            key_file(&[challenge], LINUX, LINUX, Platform::Linux, &["", "hunter2"]).is_ok()
        };
        assert!(file("x.key") && !file("hunter2.key") && !file("a-hunter2-b.key"));
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
            assert_eq!(key_file_name(path, directory, platform).is_some(), expected, "{path}");
        }
        assert_eq!(key_file_name("/var/opt/azcmagent/tokens/x.key", LINUX, Platform::Linux), Some("x.key"));
        assert_eq!(key_file_name("/var/opt/azcmagent/tokens/x.key", LINUX, Platform::Other), None);
    }
}
