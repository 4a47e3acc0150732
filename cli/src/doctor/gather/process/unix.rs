//! Users and groups of Unix.

use std::fs;
use std::path::Path;

use rustix::fs::{Access, access};
use rustix::process::{getegid, geteuid, getgroups};

use crate::doctor::facts::Group;

/// The group that the agent gives its keys to.
const GROUP: &str = "himds";

/// The user of this process, and whether the process is in the agent's group.
pub(in crate::doctor::gather) fn user_and_group(root: &Path) -> (String, Option<Group>) {
    let id = geteuid();
    let user = user_name(root, id.as_raw());
    if id.is_root() {
        return (user, Some(Group::Root));
    }
    let mut groups: Vec<u32> = getgroups().unwrap_or_default().into_iter().map(rustix::process::Gid::as_raw).collect();
    groups.push(getegid().as_raw());
    let group = membership(root, &user, &groups);
    (user, Some(group))
}

pub(in crate::doctor::gather) fn may_enter(folder: &Path) -> bool {
    access(folder, Access::EXEC_OK).is_ok()
}

fn membership(root: &Path, user: &str, groups: &[u32]) -> Group {
    let database = fs::read_to_string(root.join("etc/group")).unwrap_or_default();
    let mut entries = database.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let entry = entries.find(|it| it.first() == Some(&GROUP)).unwrap_or_default();
    let [_, _, id, members] = entry.as_slice() else { return Group::Nonexistent };
    let is_member = id.parse().is_ok_and(|id: u32| groups.contains(&id));
    if is_member {
        Group::Member
    } else if members.split(',').any(|member| member == user) {
        Group::OnlyListed
    } else {
        Group::NotMember
    }
}

/// The name of a user, or its number where it has none here.
fn user_name(root: &Path, id: u32) -> String {
    let id = id.to_string();
    let database = fs::read_to_string(root.join("etc/passwd")).unwrap_or_default();
    let mut entries = database.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let entry = entries.find(|it| it.get(2) == Some(&id.as_str()));
    entry.and_then(|it| it.first().map(|name| (*name).to_owned())).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{membership, user_name};
    use crate::doctor::facts::Group;

    #[test]
    fn a_process_is_in_the_group_by_its_number_and_not_by_the_list() {
        let root = tempfile::tempdir().unwrap();
        let membership = |groups: &[u32]| membership(root.path(), "app", groups);
        assert_eq!(membership(&[998]), Group::Nonexistent);
        fs::create_dir(root.path().join("etc")).unwrap();
        for (database, groups, expected) in [
            ("root:x:0:\nhimds:x:998:\n", &[1000, 998][..], Group::Member),
            ("himds:x:998:other,app\n", &[1000], Group::OnlyListed),
            ("himds:x:998:other,apple\n", &[1000], Group::NotMember),
            ("himds:x\n", &[1000], Group::Nonexistent),
            ("other:x:998:app\n", &[998], Group::Nonexistent),
        ] {
            fs::write(root.path().join("etc/group"), database).unwrap();
            assert_eq!(membership(groups), expected, "{database}");
        }
    }

    #[test]
    fn a_user_without_a_name_is_told_by_number() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("etc")).unwrap();
        fs::write(root.path().join("etc/passwd"), "root:x:0:0::/:/bin/sh\napp:x:1000:1000::/:/bin/sh\n").unwrap();
        assert_eq!((user_name(root.path(), 1000), user_name(root.path(), 7)), ("app".to_owned(), "7".to_owned()));
    }
}
