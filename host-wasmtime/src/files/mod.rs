//! Files for plug-ins: these, and nothing beside them.

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "in a test, a failed step is a failed test")]
mod tests;
mod view;

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use wasmtime::component::{HasData, Linker};
use wasmtime_wasi::filesystem::{Dir, WasiFilesystemCtxView};
use wasmtime_wasi::p2::bindings::filesystem::{preopens, types};
use wasmtime_wasi::{FsPerms, OpenMode, WasiView};

use crate::policy::{FileRule, PolicyError};

/// Files that a plug-in may read, with their folders open.
///
/// To the plug-in each looks as if its folder were granted, which is the only way in which WASI has files. But by that
/// folder it reaches the named file and no other: it cannot list the folder, and cannot ask about another name.
#[derive(Clone, Default)]
pub struct GrantedFiles(Arc<[Grant]>);

struct Grant {
    rule: FileRule,
    folder: Dir,
}

impl GrantedFiles {
    /// Opens the folders of these files.
    ///
    /// # Errors
    /// [`PolicyError::Folder`] when one cannot be opened.
    pub fn open(rules: &[FileRule]) -> Result<Self, PolicyError> {
        let open = |rule: &FileRule| {
            let path = rule.host_folder();
            let failed = |cause| PolicyError::Folder { path: path.to_owned(), cause };
            let folder = Dir::new(open_folder(path).map_err(failed)?, FsPerms::ReadOnly, OpenMode::READ, false);
            Ok(Grant { rule: rule.clone(), folder })
        };
        rules.iter().map(open).collect::<Result<_, _>>().map(Self)
    }

    /// The grant that this folder is open for. It is known by what it is, not by its number, which a later one may have.
    fn grant_of(&self, folder: &Dir) -> Option<&Grant> {
        self.0.iter().find(|grant| Arc::ptr_eq(&grant.folder.dir, &folder.dir))
    }
}

/// A store's data that knows the files that are granted to its plug-in.
pub trait FilesView: WasiView {
    /// The files.
    fn granted_files(&self) -> &GrantedFiles;
}

/// Makes `wasi:filesystem` of WASI 0.2 available with the granted files, beside whatever the store's
/// [`WasiCtx`](wasmtime_wasi::WasiCtx) has opened itself.
///
/// After [`wasmtime_wasi::p2::add_to_linker_async`], which links those interfaces too, the linker has to
/// [allow this](Linker::allow_shadowing). `wasi:filesystem` of WASI 0.3 does not have the granted files: the client of this
/// project takes those of 0.2 in either case.
///
/// # Errors
/// When one of them is linked already.
pub fn add_files_to_linker<T: FilesView + 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    preopens::add_to_linker::<T, HasFiles>(linker, view_of)?;
    types::add_to_linker::<T, HasFiles>(linker, view_of)
}

fn view_of<T: FilesView>(data: &mut T) -> View<'_> {
    use wasmtime_wasi::filesystem::WasiFilesystemView as _;
    let granted = data.granted_files().clone();
    View { granted, all: data.filesystem() }
}

struct HasFiles;

impl HasData for HasFiles {
    type Data<'a> = View<'a>;
}

/// The files of a store, as the interface works with them.
struct View<'a> {
    granted: GrantedFiles,
    all: WasiFilesystemCtxView<'a>,
}

#[cfg(not(windows))]
fn open_folder(path: &Path) -> io::Result<File> {
    let folder = File::open(path)?;
    if folder.metadata()?.is_dir() { Ok(folder) } else { Err(io::ErrorKind::NotADirectory.into()) }
}

/// A folder is opened there only by whoever says that it knows how.
#[cfg(windows)]
fn open_folder(path: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt as _;
    const FILE_FLAG_BACKUP_SEMANTICS: u32 = 0x0200_0000;
    let folder = File::options().read(true).custom_flags(FILE_FLAG_BACKUP_SEMANTICS).open(path)?;
    if folder.metadata()?.is_dir() { Ok(folder) } else { Err(io::ErrorKind::NotADirectory.into()) }
}
