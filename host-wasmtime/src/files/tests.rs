//! What can be reached through a granted file.

use std::fs;
use std::path::Path;

use wasmtime::component::ResourceTable;
use wasmtime_wasi::filesystem::WasiFilesystemCtx;
use wasmtime_wasi::p2::bindings::filesystem::types::{
    DescriptorFlags, DescriptorType, ErrorCode, HostDescriptor as _, NewTimestamp, OpenFlags, PathFlags,
};
use wasmtime_wasi::p2::{FsError, FsResult};

use super::*;

/// The files of a store, and where they are kept.
struct Rig {
    granted: GrantedFiles,
    context: WasiFilesystemCtx,
    table: ResourceTable,
}

impl Rig {
    fn of(rule: FileRule) -> Self {
        let granted = GrantedFiles::open(&[rule]).unwrap();
        Self { granted, context: WasiFilesystemCtx::default(), table: ResourceTable::new() }
    }

    fn view(&mut self) -> View<'_> {
        let all = WasiFilesystemCtxView { ctx: &mut self.context, table: &mut self.table };
        View { granted: self.granted.clone(), all }
    }
}

/// The only folder that the view has, and its path.
fn folder(view: &mut View<'_>) -> (view::Fd, String) {
    let mut folders = preopens::Host::get_directories(view).unwrap();
    assert_eq!(folders.len(), 1);
    folders.remove(0)
}

fn code(error: FsError) -> ErrorCode {
    error.downcast().unwrap()
}

async fn open(view: &mut View<'_>, path: &str) -> FsResult<view::Fd> {
    let (folder, _) = folder(view);
    let (follow, flags) = (PathFlags::SYMLINK_FOLLOW, DescriptorFlags::READ);
    view.open_at(folder, follow, path.to_owned(), OpenFlags::empty(), flags).await
}

async fn read(view: &mut View<'_>, path: &str) -> FsResult<Vec<u8>> {
    let file = open(view, path).await?;
    Ok(view.read(file, 100, 0).await?.0)
}

fn run() -> tempfile::TempDir {
    let run = tempfile::tempdir().unwrap();
    fs::create_dir(run.path().join("below")).unwrap();
    for (name, content) in [("token", "the token"), ("secret", "a secret"), ("below/token", "a secret")] {
        fs::write(run.path().join(name), content).unwrap();
    }
    run
}

/// `/run/token`, which is in this folder.
fn token_in(run: &Path) -> FileRule {
    FileRule::at("/run/token").unwrap().in_host_folder(run)
}

#[tokio::test]
async fn a_granted_file_is_the_only_one_in_its_folder() {
    let run = run();
    let mut rig = Rig::of(token_in(run.path()));
    let mut view = rig.view();
    assert_eq!(folder(&mut view).1, "/run");
    assert_eq!(read(&mut view, "token").await.unwrap(), b"the token");
    for path in ["secret", "below", "below/token", ".", "", "..", "./token", "below/../token", "../run/token", "TOKEN"]
    {
        assert_eq!(code(open(&mut view, path).await.unwrap_err()), ErrorCode::NotPermitted, "{path}");
        let (folder, _) = folder(&mut view);
        let stat = view.stat_at(folder, PathFlags::empty(), path.to_owned()).await;
        assert_eq!(code(stat.unwrap_err()), ErrorCode::NotPermitted, "{path}");
    }
}

#[tokio::test]
async fn its_folder_tells_nothing_and_takes_nothing() {
    let run = run();
    let mut rig = Rig::of(token_in(run.path()));
    let mut view = rig.view();
    let folders: [view::Fd; 12] = std::array::from_fn(|_| folder(&mut view).0);
    let [a, b, c, d, e, f, g, h, i, j, k, l] = folders;
    let token = || "token".to_owned();
    let now = NewTimestamp::Now;
    let refused = [
        view.read_directory(a).await.map(drop),
        view.readlink_at(b, token()).await.map(drop),
        view.create_directory_at(c, token()).await,
        view.remove_directory_at(d, token()).await,
        view.unlink_file_at(e, token()).await,
        view.symlink_at(f, token(), token()).await,
        view.set_times_at(g, PathFlags::empty(), token(), now, now).await,
        view.link_at(h, PathFlags::empty(), token(), i, "x".to_owned()).await,
        view.rename_at(j, token(), k, "x".to_owned()).await,
        view.metadata_hash_at(l, PathFlags::empty(), "secret".to_owned()).await.map(drop),
    ];
    for (number, outcome) in refused.into_iter().enumerate() {
        assert_eq!(code(outcome.unwrap_err()), ErrorCode::NotPermitted, "the call {number}");
    }
    let (fd, _) = folder(&mut view);
    let writing = view.open_at(fd, PathFlags::empty(), token(), OpenFlags::CREATE, DescriptorFlags::WRITE);
    assert_eq!(code(writing.await.unwrap_err()), ErrorCode::NotPermitted);
}

#[tokio::test]
async fn a_file_that_is_replaced_is_read_as_it_is_then() {
    let run = run();
    let mut rig = Rig::of(token_in(run.path()));
    let mut view = rig.view();
    fs::write(run.path().join("new"), "another token").unwrap();
    fs::rename(run.path().join("new"), run.path().join("token")).unwrap();
    assert_eq!(read(&mut view, "token").await.unwrap(), b"another token");
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_is_followed_within_its_folder_and_not_out_of_it() {
    let run = run();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("x"), "outside").unwrap();
    let token = run.path().join("token");
    let mut rig = Rig::of(token_in(run.path()));
    // As Kubernetes has its token files.
    fs::remove_file(&token).unwrap();
    std::os::unix::fs::symlink("below/token", &token).unwrap();
    assert_eq!(read(&mut rig.view(), "token").await.unwrap(), b"a secret");

    fs::remove_file(&token).unwrap();
    std::os::unix::fs::symlink(outside.path().join("x"), &token).unwrap();
    read(&mut rig.view(), "token").await.unwrap_err();
}

#[tokio::test]
async fn a_folder_in_the_place_of_the_file_is_none() {
    let run = run();
    fs::remove_file(run.path().join("token")).unwrap();
    fs::create_dir(run.path().join("token")).unwrap();
    let mut rig = Rig::of(token_in(run.path()));
    let mut view = rig.view();
    assert_eq!(code(open(&mut view, "token").await.unwrap_err()), ErrorCode::IsDirectory);
}

#[tokio::test]
async fn a_file_may_be_elsewhere_under_another_name() {
    let run = run();
    let rule = FileRule::at("/var/token").unwrap().from_host(&run.path().join("secret")).unwrap();
    let mut rig = Rig::of(rule);
    let mut view = rig.view();
    assert_eq!(folder(&mut view).1, "/var");
    assert_eq!(read(&mut view, "token").await.unwrap(), b"a secret");
    assert_eq!(code(open(&mut view, "secret").await.unwrap_err()), ErrorCode::NotPermitted);
}

#[tokio::test]
async fn key_files_are_those_of_the_folder_that_end_so() {
    let run = run();
    for name in ["1.key", "2.key", "below/3.key", ".key", "1.key.old"] {
        fs::write(run.path().join(name), name).unwrap();
    }
    let mut rig = Rig::of(FileRule::key_files("/keys").in_host_folder(run.path()));
    let mut view = rig.view();
    for name in ["1.key", "2.key"] {
        assert_eq!(read(&mut view, name).await.unwrap(), name.as_bytes());
    }
    for name in ["token", ".key", "1.key.old", "below/3.key", "below\\3.key", "../x.key"] {
        assert_eq!(code(open(&mut view, name).await.unwrap_err()), ErrorCode::NotPermitted, "{name}");
    }
}

#[tokio::test]
async fn folders_of_the_embedder_are_as_it_opened_them() {
    let (run, own) = (run(), tempfile::tempdir().unwrap());
    fs::write(own.path().join("a"), "own").unwrap();
    let mut rig = Rig::of(token_in(run.path()));
    let own = Dir::new(open_folder(own.path()).unwrap(), FsPerms::ReadWrite, OpenMode::READ | OpenMode::WRITE, false);
    let mut view = rig.view();
    let folder = || own.clone();
    let fd = |view: &mut View<'_>| view.all.table.push(wasmtime_wasi::filesystem::Descriptor::Dir(folder())).unwrap();
    let one = fd(&mut view);
    assert_eq!(view.stat_at(one, PathFlags::empty(), "a".to_owned()).await.unwrap().type_, DescriptorType::RegularFile);
    let (one, two) = (fd(&mut view), fd(&mut view));
    view.rename_at(one, "a".to_owned(), two, "b".to_owned()).await.unwrap();
    // A granted file does not go there.
    let (token, one) = (super::tests::folder(&mut view).0, fd(&mut view));
    let linked = view.link_at(token, PathFlags::empty(), "token".to_owned(), one, "c".to_owned()).await;
    assert_eq!(code(linked.unwrap_err()), ErrorCode::NotPermitted);
}
