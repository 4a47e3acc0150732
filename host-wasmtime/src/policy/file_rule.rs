//! A file that a plug-in may read.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::error::PolicyError;

/// One file that a plug-in may read, and no other beside it. It may be replaced at any time: what is read is what is
/// there then.
///
/// In a configuration it has a `path`, under which the plug-in sees it, and a `host_path` where it is elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Document")]
pub struct FileRule {
    /// The folder on the host.
    host: PathBuf,
    /// The path under which the plug-in sees the folder.
    guest: String,
    name: NameRule,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum NameRule {
    Exactly {
        guest: String,
        host: String,
    },
    /// The agent of Azure Arc names a new one in each challenge.
    KeyFiles,
}

impl FileRule {
    /// The file with this path, outside as inside.
    ///
    /// # Errors
    /// [`PolicyError::File`] unless the path is absolute and ends in a name.
    pub fn at(path: &str) -> Result<Self, PolicyError> {
        let (guest, name) = split(path)?;
        let (guest, name) = (guest.to_owned(), name.to_owned());
        Ok(Self { host: PathBuf::from(&guest), guest, name: NameRule::Exactly { host: name.clone(), guest: name } })
    }

    /// The same where the host has the file elsewhere: in a container, say, that has it mounted.
    ///
    /// # Errors
    /// [`PolicyError::File`] unless the path is absolute and ends in a name.
    pub fn from_host(mut self, path: &Path) -> Result<Self, PolicyError> {
        let refused = || PolicyError::File { path: path.display().to_string() };
        let path = path.to_str().ok_or_else(refused)?;
        let (folder, file) = split(path)?;
        self.host = PathBuf::from(folder);
        if let NameRule::Exactly { host, .. } = &mut self.name {
            file.clone_into(host);
        }
        Ok(self)
    }

    /// The key files of the Azure Arc agent: those in this folder whose names end in `.key`.
    #[must_use]
    pub fn key_files(folder: &str) -> Self {
        Self { host: PathBuf::from(folder), guest: folder.to_owned(), name: NameRule::KeyFiles }
    }

    /// The same name in another folder of the host.
    #[must_use]
    pub fn in_host_folder(mut self, folder: &Path) -> Self {
        folder.clone_into(&mut self.host);
        self
    }

    /// The folder on the host.
    #[must_use]
    pub fn host_folder(&self) -> &Path {
        &self.host
    }

    /// The path under which the plug-in sees the folder, of which it sees nothing else.
    #[must_use]
    pub fn guest_folder(&self) -> &str {
        &self.guest
    }

    /// The file's name on the host, if the plug-in may read a file with this name in the folder.
    #[must_use]
    pub fn host_name<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        match &self.name {
            NameRule::Exactly { guest, host } => (name == guest).then_some(host),
            NameRule::KeyFiles => {
                let stem = name.strip_suffix(".key").filter(|stem| !stem.is_empty())?;
                (!stem.contains(['/', '\\', ':'])).then_some(name)
            }
        }
    }
}

/// The folder and the name of an absolute path of Linux or Windows.
fn split(path: &str) -> Result<(&str, &str), PolicyError> {
    let refused = || PolicyError::File { path: path.to_owned() };
    let windows = path.as_bytes().get(1) == Some(&b':');
    let separators: &[char] = if windows { &['\\', '/'] } else { &['/'] };
    let absolute = path.trim_start_matches(|it: char| windows && (it.is_ascii_alphabetic() || it == ':'));
    let (folder, name) = path.rsplit_once(separators).ok_or_else(refused)?;
    let is_name = !matches!(name, "" | "." | "..") && !path.split(separators).any(|part| part == "..");
    if !absolute.starts_with(separators) || !is_name {
        return Err(refused());
    }
    // The root has a name of its own.
    Ok((if folder.is_empty() { "/" } else { folder }, name))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    path: String,
    host_path: Option<PathBuf>,
}

impl TryFrom<Document> for FileRule {
    type Error = PolicyError;

    fn try_from(document: Document) -> Result<Self, PolicyError> {
        let rule = Self::at(&document.path)?;
        document.host_path.iter().try_fold(rule, |rule, path| rule.from_host(path))
    }
}
