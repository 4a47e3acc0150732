//! Which paths name a file directly in a folder, by the rules of the platform that is asked for. Text only: the platform
//! is an input, so that the rules of both are tested on either.

use managed_identity_core::Platform;

/// The file's name when `path` is, as written, a file directly in `directory`; `None` otherwise.
///
/// Nothing is rewritten. A path that would have to be normalised to lie in the folder is not in the folder.
pub(crate) fn child_name<'a>(path: &'a str, directory: &str, platform: Platform) -> Option<&'a str> {
    let separators = separators(platform)?;
    let directory = directory.trim_end_matches(separators);
    let (folder, rest) = path.split_at_checked(directory.len())?;
    let same = if platform == Platform::Windows { folder.eq_ignore_ascii_case(directory) } else { folder == directory };
    let name = rest.strip_prefix(separators)?;
    (same && is_absolute(directory, platform) && is_file_name(name, platform)).then_some(name)
}

/// Whether `name` can only mean one entry of a folder: no step to another folder, and no other meaning to the platform.
pub(crate) fn is_file_name(name: &str, platform: Platform) -> bool {
    let Some(separators) = separators(platform) else { return false };
    let plain = !matches!(name, "" | "." | "..") && !name.contains(separators) && !name.chars().any(char::is_control);
    plain && (platform != Platform::Windows || is_windows_file_name(name))
}

/// Windows strips blanks and dots from the end of a name, reads a colon as an alternate data stream, and opens a device
/// for a reserved name whatever its extension.
///
/// <https://learn.microsoft.com/windows/win32/fileio/naming-a-file>
fn is_windows_file_name(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let is_port = |prefix: &str| match stem.split_at_checked(3) {
        Some((start, number)) => start.eq_ignore_ascii_case(prefix) && is_port_number(number),
        None => false,
    };
    let reserved = ["AUX", "CON", "CONIN$", "CONOUT$", "NUL", "PRN"].iter().any(|it| stem.eq_ignore_ascii_case(it));
    !reserved && !is_port("COM") && !is_port("LPT") && !name.contains(':') && !name.ends_with(['.', ' '])
}

fn is_port_number(text: &str) -> bool {
    let mut characters = text.chars();
    let number = characters.next().is_some_and(|it| it.is_ascii_digit() || matches!(it, '¹' | '²' | '³'));
    number && characters.next().is_none()
}

fn is_absolute(directory: &str, platform: Platform) -> bool {
    match platform {
        Platform::Windows => match directory.as_bytes() {
            [drive, b':', b'\\' | b'/', _, ..] => drive.is_ascii_alphabetic(),
            [b'\\', b'\\', first, ..] => !matches!(first, b'\\' | b'/'),
            _ => false,
        },
        _ => directory.starts_with('/'),
    }
}

const fn separators(platform: Platform) -> Option<&'static [char]> {
    match platform {
        Platform::Linux => Some(&['/']),
        Platform::Windows => Some(&['\\', '/']),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use managed_identity_core::Platform;

    use super::child_name;

    #[test]
    fn linux_paths() {
        const FOLDER: &str = "/var/opt/azcmagent/tokens";
        for (path, expected) in [
            ("/var/opt/azcmagent/tokens/x.key", Some("x.key")),
            ("/var/opt/azcmagent/tokens/..key", Some("..key")),
            (r"/var/opt/azcmagent/tokens/a\b:c.key", Some(r"a\b:c.key")),
            ("/var/opt/azcmagent/tokens/NUL.key", Some("NUL.key")),
            ("/var/opt/azcmagent/tokens", None),
            ("/var/opt/azcmagent/tokens/", None),
            ("/var/opt/azcmagent/tokens/.", None),
            ("/var/opt/azcmagent/tokens/..", None),
            ("/var/opt/azcmagent/tokens//x.key", None),
            ("/var/opt/azcmagent/tokens/./x.key", None),
            ("/var/opt/azcmagent/tokens/../x.key", None),
            ("/var/opt/azcmagent/tokens/../tokens/x.key", None),
            ("/var/opt/azcmagent/tokens/below/x.key", None),
            ("/var/opt/azcmagent/tokensx.key", None),
            ("/var/opt/azcmagent/tokens2/x.key", None),
            ("/var/opt/azcmagent/Tokens/x.key", None),
            ("/var/opt/azcmagent/tokens\\x.key", None),
            ("/var/opt/azcmagent/tokens/x\0.key", None),
            ("/var/opt/azcmagent/tokens/x\n.key", None),
            ("var/opt/azcmagent/tokens/x.key", None),
            ("x.key", None),
            ("", None),
        ] {
            assert_eq!(child_name(path, FOLDER, Platform::Linux), expected, "{path}");
        }
        assert_eq!(child_name("/keys/x.key", "/keys/", Platform::Linux), Some("x.key"));
        assert_eq!(child_name("keys/x.key", "keys", Platform::Linux), None, "the folder is not absolute");
        assert_eq!(child_name("/x.key", "", Platform::Linux), None, "there is no folder");
        assert_eq!(child_name("/é/x.key", "/é", Platform::Linux), Some("x.key"));
        assert_eq!(child_name("/é/x.key", "/e", Platform::Linux), None, "the folder's length cuts a character");
    }

    #[test]
    fn windows_paths() {
        const FOLDER: &str = r"C:\ProgramData\AzureConnectedMachineAgent\Tokens";
        for (name, expected) in [
            (r"\x.key", Some("x.key")),
            ("/x.key", Some("x.key")),
            (r"\COM.key", Some("COM.key")),
            (r"\COM10.key", Some("COM10.key")),
            (r"\NULL.key", Some("NULL.key")),
            (r"\é.key", Some("é.key")),
            (r"", None),
            (r"\", None),
            (r"\.", None),
            (r"\..", None),
            (r"\..\x.key", None),
            (r"\below\x.key", None),
            (r"\below/x.key", None),
            (r"\\x.key", None),
            (r":x.key", None),
            (r"\x.txt:hidden.key", None),
            (r"\x.key.", None),
            (r"\x.key ", None),
            (r"\NUL.key", None),
            (r"\nul .key", None),
            (r"\con", None),
            (r"\CONIN$.key", None),
            (r"\COM1.key", None),
            (r"\lpt9.x.key", None),
            (r"\COM².key", None),
            (r"2\x.key", None),
        ] {
            assert_eq!(child_name(&format!("{FOLDER}{name}"), FOLDER, Platform::Windows), expected, "{name}");
        }
        for (path, directory, expected) in [
            (r"c:\keys\x.key", r"C:\KEYS", Some("x.key")),
            (r"C:\keys\x.key", r"C:\keys\", Some("x.key")),
            (r"\\server\share\x.key", r"\\server\share", Some("x.key")),
            (r"C:x.key", r"C:", None),
            (r"C:\x.key", r"C:\", None),
            (r"keys\x.key", "keys", None),
            (r"\keys\x.key", r"\keys", None),
            (r"D:\keys\x.key", r"C:\keys", None),
        ] {
            assert_eq!(child_name(path, directory, Platform::Windows), expected, "{path} in {directory}");
        }
    }

    #[test]
    fn other_platforms_have_no_such_folder() {
        assert_eq!(child_name("/keys/x.key", "/keys", Platform::Other), None);
    }
}
