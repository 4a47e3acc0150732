//! Which granted folder leads to a path, and what the errors of `wasi:filesystem` mean. No input or output.

use alloc::borrow::ToOwned as _;
use alloc::string::String;

use managed_identity_core::{FileError, FileErrorKind};
use wasip2::filesystem::types::ErrorCode;

/// The rest of `path` below the granted folder `grant`, with slashes for separators and empty for the folder itself;
/// `None` when it is not in there.
///
/// The rules are those of Windows unless the path starts with a slash.
pub(super) fn below(path: &str, grant: &str) -> Option<String> {
    let windows = !path.starts_with('/');
    let separators: &[char] = if windows { &['\\', '/'] } else { &['/'] };
    let grant = grant.trim_end_matches(separators);
    let (folder, rest) = path.split_at_checked(grant.len())?;
    let same = |(one, other): (char, char)| {
        one == other
            || windows && (one.eq_ignore_ascii_case(&other) || [one, other].iter().all(|it| separators.contains(it)))
    };
    let inside = rest.is_empty() || rest.starts_with(separators);
    // A grant of "." is a folder without a name to compare with.
    let absolute = windows && grant.contains(':') || !windows && (grant.is_empty() || grant.starts_with('/'));
    if !absolute || !inside || !folder.chars().zip(grant.chars()).all(same) {
        return None;
    }
    let rest = rest.trim_start_matches(separators);
    Some(if windows { rest.replace('\\', "/") } else { rest.to_owned() })
}

/// A failure that the host reports.
pub(super) fn failure(code: ErrorCode) -> FileError {
    let (kind, detail) = match code {
        ErrorCode::NotPermitted => (FileErrorKind::Denied, ""),
        ErrorCode::Access => (FileErrorKind::PermissionDenied, ""),
        ErrorCode::NoEntry | ErrorCode::NotDirectory => (FileErrorKind::NotFound, ""),
        ErrorCode::Loop => (FileErrorKind::NotRegular, "it is a symbolic link"),
        ErrorCode::IsDirectory | ErrorCode::NoDevice | ErrorCode::NoSuchDevice => (FileErrorKind::NotRegular, ""),
        other => (FileErrorKind::Unreadable, other.name()),
    };
    FileError::new(kind, detail)
}

#[cfg(test)]
mod tests {
    use managed_identity_core::FileErrorKind;
    use wasip2::filesystem::types::ErrorCode;

    use super::{below, failure};

    #[test]
    fn a_path_is_below_the_folders_that_hold_it() {
        for (path, grant, expected) in [
            ("/keys/x.key", "/keys", Some("x.key")),
            ("/keys/x.key", "/keys/", Some("x.key")),
            ("/keys/x.key", "/", Some("keys/x.key")),
            ("/keys", "/keys", Some("")),
            ("/keys/below/x.key", "/keys", Some("below/x.key")),
            ("/keys2/x.key", "/keys", None),
            ("/Keys/x.key", "/keys", None),
            ("/key", "/keys", None),
            ("/keys/x.key", ".", None),
            ("/keys/x.key", "keys", None),
            (r"/keys/a\b", "/keys", Some(r"a\b")),
            ("/é/x", "/e", None),
            (r"C:\Keys\below\x.key", r"c:\keys", Some("below/x.key")),
            (r"C:\Keys\x.key", "C:/Keys/", Some("x.key")),
            (r"C:\Keys\x.key", r"D:\Keys", None),
            (r"C:\Keys2\x.key", r"C:\Keys", None),
            (r"C:\Keys\x.key", "", None),
            (r"C:\Keys\x.key", "/", None),
        ] {
            assert_eq!(below(path, grant).as_deref(), expected, "{path} in {grant}");
        }
    }

    #[test]
    fn each_failure_has_its_kind() {
        for (code, kind) in [
            (ErrorCode::NotPermitted, FileErrorKind::Denied),
            (ErrorCode::Access, FileErrorKind::PermissionDenied),
            (ErrorCode::NoEntry, FileErrorKind::NotFound),
            (ErrorCode::NotDirectory, FileErrorKind::NotFound),
            (ErrorCode::Loop, FileErrorKind::NotRegular),
            (ErrorCode::IsDirectory, FileErrorKind::NotRegular),
            (ErrorCode::Io, FileErrorKind::Unreadable),
        ] {
            assert_eq!(failure(code).kind(), kind, "{code:?}");
        }
    }
}
