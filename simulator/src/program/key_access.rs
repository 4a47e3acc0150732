//! Group and permissions of key files, as the command line has them.

use std::fs;

/// The number of a group that is given by its name or number.
pub(super) fn group(text: &str) -> Result<u32, String> {
    if let Ok(number) = text.parse() {
        return Ok(number);
    }
    let groups = fs::read_to_string("/etc/group").map_err(|cause| format!("cannot read /etc/group: {cause}"))?;
    number_of(text, &groups).ok_or_else(|| "no such group in /etc/group; give its number".to_owned())
}

/// The number of a group in a file of lines such as `himds:x:986:user`.
fn number_of(name: &str, groups: &str) -> Option<u32> {
    groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(name)).then(|| fields.nth(1)?.parse().ok()).flatten()
    })
}

/// Permissions in octal digits.
pub(super) fn mode(text: &str) -> Result<u32, String> {
    match u32::from_str_radix(text, 8) {
        Ok(mode) if mode <= 0o777 => Ok(mode),
        _ => Err("permissions are up to three octal digits, such as 640".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{group, mode, number_of};

    #[test]
    fn a_group_is_known_by_name_and_number() {
        let groups = "root:x:0:\nhimds:x:986:alice,bob\nbroken\nhimds2:x:none:\n";
        for (name, number) in
            [("himds", Some(986)), ("root", Some(0)), ("him", None), ("broken", None), ("himds2", None)]
        {
            assert_eq!(number_of(name, groups), number, "{name}");
        }
        assert_eq!(group("4711"), Ok(4711));
        assert_eq!(group("root"), Ok(0));
        assert!(group("no such group").unwrap_err().contains("give its number"));
    }

    #[test]
    fn permissions_are_octal() {
        assert_eq!(mode("0640"), Ok(0o640));
        for text in ["", "8", "1777", "rw-r-----"] {
            mode(text).unwrap_err();
        }
    }
}
