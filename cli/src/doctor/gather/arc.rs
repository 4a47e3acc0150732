//! What there is of Azure Arc's agent, below a root folder.

use std::fs;
use std::path::Path;

use managed_identity_core::{AgentFile, Source};

use super::process;
use crate::doctor::facts::{ArcFacts, Folder, FolderState, Service};

/// Where systemd's services are seen, by its second and its first way of grouping processes.
const SERVICES: [&str; 2] = ["sys/fs/cgroup/system.slice", "sys/fs/cgroup/systemd/system.slice"];
const SERVICE: &str = "himdsd.service";

pub(super) fn facts(root: &Path, source: Option<&Source>, agent: AgentFile) -> ArcFacts {
    let (user, group) = process::user_and_group(root);
    ArcFacts {
        agent,
        service: service(root),
        user,
        group,
        folder: source.and_then(Source::key_directory).map(folder),
        confined_by: process::confined_by(root),
    }
}

/// Whether the service has processes, without running any program to ask.
fn service(root: &Path) -> Service {
    match SERVICES.map(|folder| root.join(folder)).iter().find(|folder| folder.is_dir()) {
        Some(folder) if folder.join(SERVICE).is_dir() => Service::Running,
        Some(_) => Service::Stopped,
        None => Service::Unknown,
    }
}

fn folder(path: &str) -> Folder {
    let state = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => FolderState::Closed,
        Err(_) => FolderState::Missing,
        Ok(metadata) if metadata.is_symlink() => FolderState::Link,
        Ok(metadata) if !metadata.is_dir() => FolderState::NotAFolder,
        Ok(_) if process::may_enter(Path::new(path)) => FolderState::Open,
        Ok(_) => FolderState::Closed,
    };
    Folder { path: path.to_owned(), state }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{folder, service};
    use crate::doctor::facts::{FolderState, Service};

    #[test]
    fn a_service_runs_where_it_has_processes() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(service(root.path()), Service::Unknown);
        let services = root.path().join("sys/fs/cgroup/system.slice");
        fs::create_dir_all(&services).unwrap();
        assert_eq!(service(root.path()), Service::Stopped);
        fs::create_dir(services.join("himdsd.service")).unwrap();
        assert_eq!(service(root.path()), Service::Running);
    }

    #[test]
    fn the_state_of_a_folder_is_told() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        fs::create_dir(at("folder")).unwrap();
        fs::write(at("file"), "").unwrap();
        for (name, expected) in
            [("folder", FolderState::Open), ("file", FolderState::NotAFolder), ("nothing", FolderState::Missing)]
        {
            assert_eq!(folder(&at(name).to_string_lossy()).state, expected, "{name}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(at("folder"), at("link")).unwrap();
            assert_eq!(folder(&at("link").to_string_lossy()).state, FolderState::Link);
        }
    }
}
