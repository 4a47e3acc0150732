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
    ("dod-graph.microsoft.us", "https://dod-graph.microsoft.us"),
    ("microsoftgraph.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn"),
    ("vault.azure.net", VAULT),
    ("vault.usgovcloudapi.net", "https://vault.usgovcloudapi.net"),
    ("vault.azure.cn", "https://vault.azure.cn"),
    ("managedhsm.azure.net", "https://managedhsm.azure.net"),
    ("managedhsm.usgovcloudapi.net", "https://managedhsm.usgovcloudapi.net"),
    ("managedhsm.azure.cn", "https://managedhsm.azure.cn"),
    ("management.core.windows.net", "https://management.core.windows.net/"),
    ("management.core.usgovcloudapi.net", "https://management.core.usgovcloudapi.net/"),
    ("management.core.chinacloudapi.cn", "https://management.core.chinacloudapi.cn/"),
    ("core.windows.net", STORAGE),
    ("core.usgovcloudapi.net", STORAGE),
    ("core.chinacloudapi.cn", STORAGE),
    ("servicebus.windows.net", "https://servicebus.azure.net"),
    ("servicebus.usgovcloudapi.net", "https://servicebus.azure.net"),
    ("servicebus.chinacloudapi.cn", "https://servicebus.azure.net"),
    ("azconfig.io", "https://azconfig.io"),
    ("azconfig.azure.us", "https://azconfig.azure.us"),
    ("azconfig.azure.cn", "https://azconfig.azure.cn"),
    ("documents.azure.com", "https://cosmos.azure.com"),
    ("api.loganalytics.io", "https://api.loganalytics.io"),
    ("api.loganalytics.azure.com", "https://api.loganalytics.io"),
    ("api.loganalytics.us", "https://api.loganalytics.us"),
    ("api.loganalytics.azure.cn", "https://api.loganalytics.azure.cn"),
    ("cognitiveservices.azure.com", "https://cognitiveservices.azure.com"),
    ("cognitiveservices.azure.us", "https://cognitiveservices.azure.us"),
    ("cognitiveservices.azure.cn", "https://cognitiveservices.azure.cn"),
    ("openai.azure.com", "https://cognitiveservices.azure.com"),
    ("openai.azure.us", "https://cognitiveservices.azure.us"),
    ("services.ai.azure.com", "https://ai.azure.com"),
    ("search.windows.net", "https://search.azure.com"),
    ("search.azure.us", "https://search.azure.us"),
    ("search.azure.cn", "https://search.azure.cn"),
    ("azurecr.io", REGISTRY),
    ("azurecr.us", REGISTRY),
    ("azurecr.cn", REGISTRY),
    ("dev.azure.com", DEVOPS),
    ("visualstudio.com", DEVOPS),
];

/// Of vaults in the public cloud.
pub(super) const VAULT: &str = "https://vault.azure.net";
/// Of all services of a storage account, in every cloud.
pub(super) const STORAGE: &str = "https://storage.azure.com";
/// Of registries, in every cloud.
const REGISTRY: &str = "https://containerregistry.azure.net";
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
            ("a.azconfig.azure.us", Some("https://azconfig.azure.us")),
            ("a.openai.azure.us", Some("https://cognitiveservices.azure.us")),
            ("a.search.azure.cn", Some("https://search.azure.cn")),
            ("api.loganalytics.us", Some("https://api.loganalytics.us")),
            ("registry.azurecr.cn", Some("https://containerregistry.azure.net")),
            ("management.core.windows.net", Some("https://management.core.windows.net/")),
            ("vault.azure.net.", None),
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
