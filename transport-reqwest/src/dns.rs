//! Where a host is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// What `localhost` means. The port is that of the URL.
const LOCALHOST: [SocketAddr; 2] =
    [SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0), SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 0)];

/// The system's resolver, whichever one reqwest would use by the features it is built with.
#[derive(Debug)]
pub(crate) struct Resolver {
    /// Where to go whatever name is asked for.
    pub(crate) fixed: Option<String>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let host = self.fixed.clone().unwrap_or_else(|| name.as_str().to_owned());
        Box::pin(async move {
            // An endpoint of this name passes for one on this machine, so that nobody else may say where it is: neither a
            // hosts file nor a name server (RFC 6761, section 6.3).
            let found: Vec<SocketAddr> = if host.eq_ignore_ascii_case("localhost") {
                LOCALHOST.into()
            } else {
                tokio::net::lookup_host((host.as_str(), 0)).await?.collect()
            };
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
