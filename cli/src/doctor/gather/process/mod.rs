//! This process: whose it is, what groups it has, what confines it.

#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

use std::fs;
use std::path::Path;

#[cfg(not(unix))]
pub(super) use self::other::{may_enter, user_and_group};
#[cfg(unix)]
pub(super) use self::unix::{may_enter, user_and_group};

/// Files that engines put into their containers.
const MARKS: [&str; 2] = [".dockerenv", "run/.containerenv"];

/// Whether this is a container, by the marks of their engines and of Kubernetes.
pub(super) fn is_container(root: &Path) -> bool {
    MARKS.iter().any(|name| root.join(name).exists())
        || root.join("var/run/secrets/kubernetes.io/serviceaccount").exists()
        || fs::read_to_string(root.join("proc/1/cgroup"))
            .is_ok_and(|text| ["docker", "kubepods", "containerd", "libpod"].iter().any(|name| text.contains(name)))
}

/// The name of what confines this process: the label of SELinux where that is enforced, or an enforced profile of AppArmor.
pub(super) fn confined_by(root: &Path) -> Option<String> {
    let read = |path: &str| fs::read_to_string(root.join(path)).ok();
    let label = |path: &str| {
        let label = read(path)?;
        let label = label.trim_end_matches(['\0', '\n']).to_owned();
        (!label.is_empty()).then_some(label)
    };
    if read("sys/fs/selinux/enforce").is_some_and(|text| text.trim() == "1") {
        return label("proc/self/attr/current")
            .filter(|label| !label.contains(":unconfined_t:"))
            .map(|label| format!("SELinux ({label})"));
    }
    let profile = label("proc/self/attr/apparmor/current").or_else(|| label("proc/self/attr/current"))?;
    let name = profile.strip_suffix(" (enforce)")?;
    Some(format!("AppArmor ({name})"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{confined_by, is_container};

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn a_container_is_known_by_the_marks_of_its_engine() {
        for (path, text, expected) in [
            (".dockerenv", "", true),
            ("run/.containerenv", "", true),
            ("var/run/secrets/kubernetes.io/serviceaccount/token", "", true),
            ("proc/1/cgroup", "0::/kubepods.slice/pod1\n", true),
            ("proc/1/cgroup", "0::/init.scope\n", false),
        ] {
            let root = tempfile::tempdir().unwrap();
            assert!(!is_container(root.path()));
            write(root.path(), path, text);
            assert_eq!(is_container(root.path()), expected, "{path} {text}");
        }
    }

    #[test]
    fn only_what_is_enforced_confines() {
        let selinux = "sys/fs/selinux/enforce";
        let label = "proc/self/attr/current";
        for (files, expected) in [
            (&[][..], None),
            (
                &[(selinux, "1"), (label, "system_u:system_r:container_t:s0\0")],
                Some("SELinux (system_u:system_r:container_t:s0)"),
            ),
            (&[(selinux, "1"), (label, "u:unconfined_r:unconfined_t:s0\0")], None),
            (&[(selinux, "0"), (label, "system_u:system_r:container_t:s0\0")], None),
            (&[(label, "unconfined\n")], None),
            (&[(label, "snap.tool (complain)\n")], None),
            (&[("proc/self/attr/apparmor/current", "snap.tool (enforce)\n")], Some("AppArmor (snap.tool)")),
        ] {
            let root = tempfile::tempdir().unwrap();
            for (path, text) in files {
                write(root.path(), path, text);
            }
            assert_eq!(confined_by(root.path()).as_deref(), expected, "{files:?}");
        }
    }
}
