//! The clouds of Azure, and what they call their vaults and accounts.

use clap::ValueEnum;
use managed_identity_core::Endpoint;

use crate::failure::Failure;

/// Where accounts are, in every cloud; the last one is that of accounts in DNS zones.
const ACCOUNT_DOMAINS: [&str; 4] =
    ["core.windows.net", "core.usgovcloudapi.net", "core.chinacloudapi.cn", "storage.azure.net"];

/// A cloud of Azure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Cloud {
    Public,
    UsGovernment,
    China,
}

impl Cloud {
    /// The cloud whose authority this is; the public one for any other.
    pub(super) fn of_authority(authority: &str) -> Self {
        let authority = authority.trim().to_ascii_lowercase();
        let host = authority.trim_start_matches("https://").split(['/', ':']).next().unwrap_or_default();
        match host {
            "login.microsoftonline.us" => Self::UsGovernment,
            "login.chinacloudapi.cn" | "login.partner.microsoftonline.cn" => Self::China,
            _ => Self::Public,
        }
    }

    const fn vault_domain(self) -> &'static str {
        match self {
            Self::Public => "vault.azure.net",
            Self::UsGovernment => "vault.usgovcloudapi.net",
            Self::China => "vault.azure.cn",
        }
    }

    const fn blob_domain(self) -> &'static str {
        match self {
            Self::Public => "blob.core.windows.net",
            Self::UsGovernment => "blob.core.usgovcloudapi.net",
            Self::China => "blob.core.chinacloudapi.cn",
        }
    }

    /// The address of a vault that is given by its name or its address.
    pub(super) fn vault(self, vault: &str) -> Result<String, Failure> {
        address(vault, self.vault_domain(), "vault")
    }

    /// The address of a storage account that is given by its name or its address.
    pub(super) fn account(self, account: &str) -> Result<String, Failure> {
        let address = address(account, self.blob_domain(), "account")?;
        // Storage sends no challenge whose audience could be compared with the name: the token would go to anybody.
        let endpoint = Endpoint::parse("the address", &address).map_err(managed_identity_core::Error::from)?;
        let is_in = |domain: &&str| endpoint.host().to_ascii_lowercase().ends_with(&format!(".{domain}"));
        if endpoint.is_loopback() || ACCOUNT_DOMAINS.iter().any(is_in) {
            return Ok(address);
        }
        Err(Failure::Usage {
            message: format!("{} is not known to be a storage account of Azure, so it gets no token", endpoint.host()),
            next_step: "give the account's name, or its address in a domain of Azure; for another one see \
                        managed-identity request --dangerous-trust-host",
        })
    }
}

fn address(given: &str, domain: &str, what: &str) -> Result<String, Failure> {
    let usage = |why: &str| Failure::Usage {
        message: format!("{given} is no {what}: {why}"),
        next_step: "give its name, or its address with https://",
    };
    if !given.contains(['/', '.', ':']) {
        let is_name = !given.is_empty() && given.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
        return if is_name {
            Ok(format!("https://{given}.{domain}"))
        } else {
            Err(usage("a name has letters, digits and -"))
        };
    }
    match Endpoint::parse("the address", given) {
        Ok(endpoint) if endpoint.is_https() => Ok(format!("https://{}", endpoint.authority())),
        Ok(_) => Err(usage("a token is sent by https only")),
        Err(_) => Err(usage("it is no address")),
    }
}

#[cfg(test)]
mod tests {
    use super::Cloud;

    #[test]
    fn names_become_addresses_of_their_cloud() {
        for (authority, vault, account) in [
            ("", "https://v.vault.azure.net", "https://v.blob.core.windows.net"),
            ("https://login.microsoftonline.com/", "https://v.vault.azure.net", "https://v.blob.core.windows.net"),
            (
                "https://login.microsoftonline.us",
                "https://v.vault.usgovcloudapi.net",
                "https://v.blob.core.usgovcloudapi.net",
            ),
            ("login.chinacloudapi.cn", "https://v.vault.azure.cn", "https://v.blob.core.chinacloudapi.cn"),
            (" LOGIN.chinacloudapi.cn/ ", "https://v.vault.azure.cn", "https://v.blob.core.chinacloudapi.cn"),
        ] {
            let cloud = Cloud::of_authority(authority);
            assert_eq!(
                (cloud.vault("v").unwrap(), cloud.account("v").unwrap()),
                (vault.to_owned(), account.to_owned())
            );
        }
        assert_eq!(Cloud::Public.vault("https://v.vault.azure.cn/").unwrap(), "https://v.vault.azure.cn");
        for known in ["https://a.blob.core.windows.net/", "https://a.z01.blob.storage.azure.net", "https://127.0.0.1:1"]
        {
            assert!(Cloud::Public.account(known).is_ok(), "{known}");
        }
        for stranger in ["https://example.com", "https://core.windows.net.example.com", "https://evilcore.windows.net"]
        {
            assert!(Cloud::Public.account(stranger).is_err(), "{stranger}");
        }
        for wrong in ["", "http://v.vault.azure.net", "v.vault.azure.net", "https://", "a b"] {
            assert!(Cloud::Public.vault(wrong).is_err(), "{wrong}");
        }
    }
}
