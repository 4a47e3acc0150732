//! Proxies that come between other programs and the endpoint.

use crate::doctor::facts::Facts;
use crate::doctor::finding::{Check, Finding};

pub(super) fn check(facts: &Facts) -> Finding {
    let proxies = &facts.proxies;
    let Some(endpoint) = &facts.endpoint else { return Check::Proxy.not_applicable("there is no endpoint to ask") };
    if endpoint.kind.is_authority() {
        return Check::Proxy.not_applicable("the authority is on the internet, where a proxy may be the way");
    }
    if proxies.set.is_empty() {
        return Check::Proxy.ok("no proxy is set for requests by http");
    }
    let are = if proxies.set.len() == 1 { "is" } else { "are" };
    let names = format!("{} {are} set", proxies.set.join(" and "));
    if is_excepted(&endpoint.host, &proxies.excepted) {
        return Check::Proxy.ok(format!("{names}, and NO_PROXY excepts {}", endpoint.host));
    }
    Check::Proxy.warning(
        format!(
            "{names}, and NO_PROXY does not except {}: this program goes around the proxy, most others do not",
            endpoint.host
        ),
        "set NO_PROXY=169.254.169.254,127.0.0.1,localhost beside it",
    )
}

/// Whether one of the entries is this host, all hosts, or a domain that it is in.
fn is_excepted(host: &str, entries: &str) -> bool {
    let mut entries = entries.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    entries.any(|entry| {
        let name = entry.split(':').next().unwrap_or_default().trim_start_matches('.');
        let in_domain = host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        entry == "*" || in_domain
    })
}

#[cfg(test)]
mod tests {
    use super::is_excepted;

    #[test]
    fn a_host_is_excepted_by_its_name_its_domain_or_a_star() {
        for (entries, expected) in [
            ("", false),
            ("localhost", false),
            ("localhost, 169.254.169.254", true),
            ("169.254.169.254:80", true),
            ("*", true),
            ("254.169.254", true),
            ("69.254.169.254", false),
        ] {
            assert_eq!(is_excepted("169.254.169.254", entries), expected, "{entries}");
        }
    }
}
