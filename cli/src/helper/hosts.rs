//! For which hosts a helper answers.

use super::arguments::HostArguments;

/// Of Azure DevOps, with its feeds.
pub(super) const DEVOPS: &[&str] = &["dev.azure.com", "visualstudio.com"];
/// Of registries, in every cloud.
pub(super) const REGISTRIES: &[&str] = &["azurecr.io", "azurecr.us", "azurecr.cn"];
/// The resource of Azure DevOps and its feeds.
pub(super) const DEVOPS_RESOURCE: &str = "499b84ac-1321-427f-aa17-267ca6975798";

impl HostArguments {
    /// Whether a token may go to this authority (a host, with its port if it has one): by name, or in one of these domains.
    pub(super) fn allow(&self, authority: &str, domains: &[&str]) -> bool {
        let is_named = self.trusted.iter().any(|it| it.eq_ignore_ascii_case(authority));
        let host = authority.to_ascii_lowercase();
        // Of nothing but a name: what else a text may be, others read in their own ways.
        let is_name = host.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'.' | b'-'));
        let is_in =
            |domain: &&str| host.strip_suffix(*domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        is_named || is_name && domains.iter().any(is_in)
    }
}

/// The host of an https address, with its port and without its user; `None` for any other text.
pub(super) fn authority(url: &str) -> Option<&str> {
    // Some take a backslash for a slash, and some do not.
    let rest = url.strip_prefix("https://").filter(|it| !it.contains(['\\', ' ', '\t', '\n', '\r']))?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let authority = authority.rsplit('@').next()?;
    (!authority.is_empty()).then_some(authority)
}

#[cfg(test)]
mod tests {
    use super::{DEVOPS, HostArguments, REGISTRIES, authority};

    #[test]
    fn a_token_goes_to_known_and_named_hosts_only() {
        let hosts = HostArguments { trusted: vec!["git.example.com:8443".to_owned()] };
        for (host, domains, expected) in [
            ("dev.azure.com", DEVOPS, true),
            ("pkgs.dev.azure.com", DEVOPS, true),
            ("organisation.VisualStudio.com", DEVOPS, true),
            ("git.example.com:8443", DEVOPS, true),
            ("git.example.com", DEVOPS, false),
            ("dev.azure.com:8443", DEVOPS, false),
            ("dev.azure.com.example.com", DEVOPS, false),
            ("evildev.azure.com", DEVOPS, false),
            ("example.com/.azurecr.io", REGISTRIES, false),
            ("example.com?.azurecr.io", REGISTRIES, false),
            ("example.com#.azurecr.io", REGISTRIES, false),
            ("example.com\\.azurecr.io", REGISTRIES, false),
            ("example.com:1.azurecr.io", REGISTRIES, false),
            ("user@mine.azurecr.io", REGISTRIES, false),
            ("dev.azure.com", REGISTRIES, false),
            ("mine.azurecr.cn", REGISTRIES, true),
        ] {
            assert_eq!(hosts.allow(host, domains), expected, "{host}");
        }
    }

    #[test]
    fn the_host_of_an_address_is_what_comes_after_the_user() {
        for (url, expected) in [
            ("https://pkgs.dev.azure.com/o/_packaging", Some("pkgs.dev.azure.com")),
            ("https://user:word@host:8443/simple/", Some("host:8443")),
            ("https://dev.azure.com\\@example.com/", None),
            ("https://dev.azure.com@example.com/", Some("example.com")),
            ("https://example.com#@dev.azure.com", Some("example.com")),
            ("http://dev.azure.com/", None),
            ("https://", None),
            ("dev.azure.com", None),
        ] {
            assert_eq!(authority(url), expected, "{url}");
        }
    }
}
