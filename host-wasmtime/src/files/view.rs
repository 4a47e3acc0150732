//! `wasi:filesystem` of WASI 0.2, with granted folders in which one name is all there is.

use wasmtime::component::Resource;
use wasmtime_wasi::filesystem::Descriptor;
use wasmtime_wasi::p2::bindings::filesystem::preopens;
use wasmtime_wasi::p2::bindings::filesystem::types::{
    Advice, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry, DirectoryEntryStream, ErrorCode, Filesize,
    Host, HostDescriptor, HostDirectoryEntryStream, MetadataHashValue, NewTimestamp, OpenFlags, PathFlags,
};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, FsError, FsResult};

use super::View;

pub(super) type Fd = Resource<Descriptor>;

impl View<'_> {
    /// The name on the host by which a path below a folder is to be looked for.
    ///
    /// # Errors
    /// `not-permitted` for any path but the name that is granted.
    fn permitted(&self, folder: &Fd, path: String) -> FsResult<String> {
        match self.all.table.get(folder)? {
            Descriptor::Dir(folder) => match self.granted.grant_of(folder) {
                Some(grant) => grant.rule.host_name(&path).map(str::to_owned).ok_or_else(not_permitted),
                None => Ok(path),
            },
            Descriptor::File(_) => Ok(path),
        }
    }

    /// Refuses whatever would look at more of a granted folder than its one file.
    fn not_granted(&self, folder: &Fd) -> FsResult<()> {
        match self.all.table.get(folder)? {
            Descriptor::Dir(folder) if self.granted.grant_of(folder).is_some() => Err(not_permitted()),
            _ => Ok(()),
        }
    }
}

fn not_permitted() -> FsError {
    ErrorCode::NotPermitted.into()
}

impl preopens::Host for View<'_> {
    fn get_directories(&mut self) -> wasmtime::Result<Vec<(Fd, String)>> {
        let mut folders = preopens::Host::get_directories(&mut self.all)?;
        for grant in self.granted.0.iter() {
            let folder = self.all.table.push(Descriptor::Dir(grant.folder.clone()))?;
            folders.push((folder, grant.rule.guest_folder().to_owned()));
        }
        Ok(folders)
    }
}

impl Host for View<'_> {
    fn convert_error_code(&mut self, error: FsError) -> wasmtime::Result<ErrorCode> {
        self.all.convert_error_code(error)
    }

    fn filesystem_error_code(&mut self, error: Resource<wasmtime::Error>) -> wasmtime::Result<Option<ErrorCode>> {
        self.all.filesystem_error_code(error)
    }
}

impl HostDescriptor for View<'_> {
    // What may look at one name.

    async fn open_at(
        &mut self,
        fd: Fd,
        follow: PathFlags,
        path: String,
        open: OpenFlags,
        flags: DescriptorFlags,
    ) -> FsResult<Fd> {
        let is_granted = self.not_granted(&fd).is_err();
        let path = self.permitted(&fd, path)?;
        let opened = self.all.open_at(fd, follow, path, open, flags).await?;
        if is_granted && matches!(self.all.table.get(&opened)?, Descriptor::Dir(_)) {
            self.all.table.delete(opened)?;
            return Err(ErrorCode::IsDirectory.into());
        }
        Ok(opened)
    }

    async fn stat_at(&mut self, fd: Fd, follow: PathFlags, path: String) -> FsResult<DescriptorStat> {
        let path = self.permitted(&fd, path)?;
        self.all.stat_at(fd, follow, path).await
    }

    async fn metadata_hash_at(&mut self, fd: Fd, follow: PathFlags, path: String) -> FsResult<MetadataHashValue> {
        let path = self.permitted(&fd, path)?;
        self.all.metadata_hash_at(fd, follow, path).await
    }

    // What would look at more.

    async fn read_directory(&mut self, fd: Fd) -> FsResult<Resource<DirectoryEntryStream>> {
        self.not_granted(&fd)?;
        self.all.read_directory(fd).await
    }

    async fn readlink_at(&mut self, fd: Fd, path: String) -> FsResult<String> {
        self.not_granted(&fd)?;
        self.all.readlink_at(fd, path).await
    }

    async fn create_directory_at(&mut self, fd: Fd, path: String) -> FsResult<()> {
        self.not_granted(&fd)?;
        self.all.create_directory_at(fd, path).await
    }

    async fn remove_directory_at(&mut self, fd: Fd, path: String) -> FsResult<()> {
        self.not_granted(&fd)?;
        self.all.remove_directory_at(fd, path).await
    }

    async fn unlink_file_at(&mut self, fd: Fd, path: String) -> FsResult<()> {
        self.not_granted(&fd)?;
        self.all.unlink_file_at(fd, path).await
    }

    async fn symlink_at(&mut self, fd: Fd, target: String, path: String) -> FsResult<()> {
        self.not_granted(&fd)?;
        self.all.symlink_at(fd, target, path).await
    }

    async fn set_times_at(
        &mut self,
        fd: Fd,
        follow: PathFlags,
        path: String,
        accessed: NewTimestamp,
        modified: NewTimestamp,
    ) -> FsResult<()> {
        self.not_granted(&fd)?;
        self.all.set_times_at(fd, follow, path, accessed, modified).await
    }

    async fn link_at(&mut self, fd: Fd, follow: PathFlags, path: String, other: Fd, new: String) -> FsResult<()> {
        self.not_granted(&fd)?;
        self.not_granted(&other)?;
        self.all.link_at(fd, follow, path, other, new).await
    }

    async fn rename_at(&mut self, fd: Fd, path: String, other: Fd, new: String) -> FsResult<()> {
        self.not_granted(&fd)?;
        self.not_granted(&other)?;
        self.all.rename_at(fd, path, other, new).await
    }

    // What is about something open.

    async fn advise(&mut self, fd: Fd, offset: Filesize, length: Filesize, advice: Advice) -> FsResult<()> {
        self.all.advise(fd, offset, length, advice).await
    }

    async fn sync_data(&mut self, fd: Fd) -> FsResult<()> {
        self.all.sync_data(fd).await
    }

    async fn sync(&mut self, fd: Fd) -> FsResult<()> {
        self.all.sync(fd).await
    }

    async fn get_flags(&mut self, fd: Fd) -> FsResult<DescriptorFlags> {
        self.all.get_flags(fd).await
    }

    async fn get_type(&mut self, fd: Fd) -> FsResult<DescriptorType> {
        self.all.get_type(fd).await
    }

    async fn set_size(&mut self, fd: Fd, size: Filesize) -> FsResult<()> {
        self.all.set_size(fd, size).await
    }

    async fn set_times(&mut self, fd: Fd, accessed: NewTimestamp, modified: NewTimestamp) -> FsResult<()> {
        self.all.set_times(fd, accessed, modified).await
    }

    async fn read(&mut self, fd: Fd, length: Filesize, offset: Filesize) -> FsResult<(Vec<u8>, bool)> {
        self.all.read(fd, length, offset).await
    }

    async fn write(&mut self, fd: Fd, content: Vec<u8>, offset: Filesize) -> FsResult<Filesize> {
        self.all.write(fd, content, offset).await
    }

    async fn stat(&mut self, fd: Fd) -> FsResult<DescriptorStat> {
        self.all.stat(fd).await
    }

    async fn is_same_object(&mut self, fd: Fd, other: Fd) -> wasmtime::Result<bool> {
        self.all.is_same_object(fd, other).await
    }

    async fn metadata_hash(&mut self, fd: Fd) -> FsResult<MetadataHashValue> {
        self.all.metadata_hash(fd).await
    }

    fn read_via_stream(&mut self, fd: Fd, offset: Filesize) -> FsResult<Resource<DynInputStream>> {
        self.all.read_via_stream(fd, offset)
    }

    fn write_via_stream(&mut self, fd: Fd, offset: Filesize) -> FsResult<Resource<DynOutputStream>> {
        self.all.write_via_stream(fd, offset)
    }

    fn append_via_stream(&mut self, fd: Fd) -> FsResult<Resource<DynOutputStream>> {
        self.all.append_via_stream(fd)
    }

    fn drop(&mut self, fd: Fd) -> wasmtime::Result<()> {
        HostDescriptor::drop(&mut self.all, fd)
    }
}

impl HostDirectoryEntryStream for View<'_> {
    async fn read_directory_entry(
        &mut self,
        entries: Resource<DirectoryEntryStream>,
    ) -> FsResult<Option<DirectoryEntry>> {
        self.all.read_directory_entry(entries).await
    }

    fn drop(&mut self, entries: Resource<DirectoryEntryStream>) -> wasmtime::Result<()> {
        HostDirectoryEntryStream::drop(&mut self.all, entries)
    }
}
