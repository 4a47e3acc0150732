//! The file by which clients learn where the endpoint is, and the secret that it wants.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::output::print;

/// A file that is there as long as this value, unless somebody puts another one in its place.
pub(super) struct EnvironmentFile {
    /// Where which lines are; nothing for standard output.
    written: Option<(PathBuf, String)>,
}

impl EnvironmentFile {
    /// Writes it in one piece: nobody reads half of it, and nobody but this user any of it.
    pub(super) fn write(path: &Path, lines: &str) -> Result<Self, Failure> {
        if path == Path::new("-") {
            print(lines.as_bytes())?;
            return Ok(Self { written: None });
        }
        let mut beside = path.as_os_str().to_owned();
        beside.push(format!(".{}", std::process::id()));
        let beside = PathBuf::from(beside);
        // Of a program that was ended by force and had the same number, as the first one of a container always has.
        let _ = fs::remove_file(&beside);
        let written = write_new(&beside, lines).and_then(|()| fs::rename(&beside, path));
        if let Err(cause) = written {
            // What is left of it is of no use.
            let _ = fs::remove_file(&beside);
            return Err(Failure::Usage {
                message: format!("cannot write {}: {cause}", path.display()),
                next_step: "name a file in a folder that this user may write to, such as its RuntimeDirectory",
            });
        }
        Ok(Self { written: Some((path.to_owned(), lines.to_owned())) })
    }
}

impl Drop for EnvironmentFile {
    fn drop(&mut self) {
        // The secret in it opens nothing any more. One with other lines is of a program that has taken over.
        if let Some((path, written)) = &self.written
            && fs::read_to_string(path).is_ok_and(|lines| lines == *written)
        {
            let _ = fs::remove_file(path);
        }
    }
}

fn write_new(path: &Path, lines: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(lines.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::EnvironmentFile;

    #[test]
    fn the_file_of_whoever_took_over_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("env");
        let first = EnvironmentFile::write(&path, "IDENTITY_HEADER=1\n").unwrap();
        let second = EnvironmentFile::write(&path, "IDENTITY_HEADER=2\n").unwrap();
        drop(first);
        assert_eq!(fs::read_to_string(&path).unwrap(), "IDENTITY_HEADER=2\n");
        drop(second);
        assert!(!path.exists());
    }
}
