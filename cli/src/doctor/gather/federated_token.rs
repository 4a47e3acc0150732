//! Reading the claims of a federated token from its file.

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};

use crate::claims::Claims;
use crate::doctor::facts::{TokenFile, UnusableFile};

/// No token is longer.
const MAX_LEN: u64 = 64 * 1024;

pub(super) fn read(path: String) -> TokenFile {
    TokenFile { content: claims(&path), path }
}

fn claims(path: &str) -> Result<Claims, UnusableFile> {
    // To open anything else, such as a pipe, could take for ever.
    if fs::metadata(path).is_ok_and(|it| !it.is_file()) {
        return Err(UnusableFile::Unreadable);
    }
    let mut text = String::new();
    let content = File::open(path).and_then(|file| file.take(MAX_LEN).read_to_string(&mut text));
    match content {
        Ok(_) if text.trim().is_empty() => Err(UnusableFile::Empty),
        Ok(_) => Claims::of(&text).ok_or(UnusableFile::NotAToken),
        Err(error) => Err(match error.kind() {
            ErrorKind::NotFound => UnusableFile::Missing,
            ErrorKind::PermissionDenied => UnusableFile::NotPermitted,
            ErrorKind::InvalidData => UnusableFile::NotAToken,
            _ => UnusableFile::Unreadable,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::doctor::facts::UnusableFile;

    #[test]
    fn what_is_no_token_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        let read = || read(file.to_string_lossy().into_owned()).content;
        assert_eq!(read(), Err(UnusableFile::Missing));
        for (content, expected) in [
            (&b" \n"[..], UnusableFile::Empty),
            (b"no token", UnusableFile::NotAToken),
            (b"\xff", UnusableFile::NotAToken),
        ] {
            std::fs::write(&file, content).unwrap();
            assert_eq!(read(), Err(expected));
        }
        std::fs::write(&file, "eyJhbGciOiJub25lIn0.eyJhdWQiOiJhIn0.c2ln\n").unwrap();
        assert_eq!(read().unwrap().text("aud"), Some("a"));
    }

    #[test]
    fn what_is_no_file_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let read = |path: std::path::PathBuf| read(path.to_string_lossy().into_owned()).content;
        assert_eq!(read(folder.path().to_owned()), Err(UnusableFile::Unreadable));
        #[cfg(unix)]
        {
            // A pipe that nobody writes to.
            let pipe = folder.path().join("pipe");
            assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
            assert_eq!(read(pipe), Err(UnusableFile::Unreadable));
        }
    }
}
