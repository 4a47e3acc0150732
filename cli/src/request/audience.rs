//! Which resource the token for a host has to be for.

/// A domain, and the resource of the tokens that its hosts take.
///
/// <https://learn.microsoft.com/azure/storage/blobs/authorize-access-azure-active-directory#microsoft-entra-resource-id> and
/// the pages of the other services.
const TABLE: &[(&str, &str)] = &[
    ("management.azure.com", "https://management.azure.com/"),
    ("management.usgovcloudapi.net", "https://management.usgovcloudapi.net/"),
    ("management.chinacloudapi.cn", "https://management.chinacloudapi.cn/"),
    ("graph.microsoft.com", "https://graph.microsoft.com"),
    ("graph.microsoft.us", "https://graph.microsoft.us"),
    ("microsoftgraph.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn"),
    ("vault.azure.net", VAULT),
    ("vault.usgovcloudapi.net", "https://vault.usgovcloudapi.net"),
    ("vault.azure.cn", "https://vault.azure.cn"),
    ("managedhsm.azure.net", "https://managedhsm.azure.net"),
    ("core.windows.net", STORAGE),
    ("core.usgovcloudapi.net", STORAGE),
    ("core.chinacloudapi.cn", STORAGE),
    ("servicebus.windows.net", "https://servicebus.azure.net"),
    ("servicebus.usgovcloudapi.net", "https://servicebus.azure.net"),
    ("servicebus.chinacloudapi.cn", "https://servicebus.azure.net"),
    ("azconfig.io", "https://azconfig.io"),
    ("documents.azure.com", "https://cosmos.azure.com"),
    ("api.loganalytics.io", "https://api.loganalytics.io"),
    ("api.loganalytics.azure.com", "https://api.loganalytics.io"),
    ("cognitiveservices.azure.com", "https://cognitiveservices.azure.com"),
    ("openai.azure.com", "https://cognitiveservices.azure.com"),
    ("services.ai.azure.com", "https://ai.azure.com"),
    ("search.windows.net", "https://search.azure.com"),
    ("azurecr.io", "https://containerregistry.azure.net"),
    ("dev.azure.com", DEVOPS),
    ("visualstudio.com", DEVOPS),
];

/// Of vaults in the public cloud.
pub(super) const VAULT: &str = "https://vault.azure.net";
/// Of all services of a storage account, in every cloud.
pub(super) const STORAGE: &str = "https://storage.azure.com";
/// Azure DevOps, which has no address for its name.
const DEVOPS: &str = "499b84ac-1321-427f-aa17-267ca6975798";

/// The resource for this host; `None` for one that is not known to be Azure's.
pub(super) fn of_host(host: &str) -> Option<&'static str> {
    let host = host.to_ascii_lowercase();
    let is_in = |domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    TABLE.iter().find(|(domain, _)| is_in(domain)).map(|(_, resource)| *resource)
}

#[cfg(test)]
mod tests {
    use super::of_host;

    #[test]
    fn a_host_is_known_by_its_domain_and_by_nothing_that_looks_like_it() {
        for (host, expected) in [
            ("management.azure.com", Some("https://management.azure.com/")),
            ("myvault.Vault.Azure.NET", Some("https://vault.azure.net")),
            ("account.blob.core.windows.net", Some("https://storage.azure.com")),
            ("dev.azure.com", Some("499b84ac-1321-427f-aa17-267ca6975798")),
            ("vault.azure.net.example.com", None),
            ("myvault-vault.azure.net", None),
            ("evilmanagement.azure.com", None),
            ("azure.com", None),
            ("", None),
        ] {
            assert_eq!(of_host(host), expected, "{host}");
        }
    }
}
