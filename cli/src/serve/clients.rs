//! Where may be listened at, and from where may be asked.

use std::net::IpAddr;

use hyper::StatusCode;
use ipnet::IpNet;

use super::contract::Refusal;

/// The addresses that may ask; all of them where none is named.
#[derive(Debug)]
pub(super) struct Clients(pub(super) Vec<IpNet>);

impl Clients {
    /// Refuses a client at an address that is not among them. One at a Unix socket has no address, and its files say who
    /// may connect.
    pub(super) fn admit(&self, client: Option<IpAddr>) -> Result<(), Refusal> {
        // A socket for both families tells an address of IPv4 as one of IPv6.
        let Some(client) = client.map(|it| it.to_canonical()) else { return Ok(()) };
        if self.0.is_empty() || self.0.iter().any(|network| network.contains(&client)) {
            return Ok(());
        }
        let message = format!("{client} may not ask here; whoever starts the program allows addresses");
        Err(Refusal { status: StatusCode::FORBIDDEN, message })
    }

    /// Whether this is an address that only this machine reaches, or a private one for clients that are named. Only one
    /// that belongs to an interface of this machine can be listened at, which the system sees to.
    pub(super) fn may_be_listened_for_at(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let is_private = match address {
            IpAddr::V4(address) => address.is_private(),
            IpAddr::V6(address) => address.is_unique_local(),
        };
        address.is_loopback() || (is_private && !self.0.is_empty())
    }
}

/// Reads an address or a network of them.
pub(super) fn network(text: &str) -> Result<IpNet, &'static str> {
    let network = match text.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address.to_canonical()),
        Err(_) => text.parse().map_err(|_| "it is neither an address nor a network such as 172.17.0.0/16")?,
    };
    if network.prefix_len() == 0 { Err("it is every address there is") } else { Ok(network) }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::{Clients, network};

    fn clients(networks: &[&str]) -> Clients {
        Clients(networks.iter().map(|it| network(it).unwrap()).collect())
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_is_allowed_by_itself_or_by_its_network() {
        let some = clients(&["172.17.0.0/16", "10.0.0.7", "fd00::/64"]);
        for (client, is_allowed) in [
            ("172.17.3.4", true),
            ("::ffff:172.17.3.4", true),
            ("172.18.0.1", false),
            ("10.0.0.7", true),
            ("10.0.0.8", false),
            ("127.0.0.1", false),
            ("fd00::5", true),
            ("fd00:0:0:1::5", false),
        ] {
            assert_eq!(some.admit(Some(address(client))).is_ok(), is_allowed, "{client}");
        }
        assert!(some.admit(None).is_ok());
        assert!(clients(&[]).admit(Some(address("192.0.2.1"))).is_ok());
    }

    #[test]
    fn a_private_address_is_listened_at_for_named_clients_only() {
        let (none, some) = (clients(&[]), clients(&["172.17.0.0/16"]));
        for (listened, for_all, for_some) in [
            ("127.0.0.1", true, true),
            ("::1", true, true),
            ("172.17.0.1", false, true),
            ("10.1.2.3", false, true),
            ("192.168.0.1", false, true),
            ("fd00::1", false, true),
            ("0.0.0.0", false, false),
            ("::", false, false),
            ("::ffff:0.0.0.0", false, false),
            ("169.254.169.254", false, false),
            ("fe80::1", false, false),
            ("192.0.2.1", false, false),
            ("2001:db8::1", false, false),
        ] {
            let may = |clients: &Clients| clients.may_be_listened_for_at(address(listened));
            assert_eq!((may(&none), may(&some)), (for_all, for_some), "{listened}");
        }
    }

    #[test]
    fn a_network_is_one_and_not_everything() {
        for wrong in ["", "bridge", "172.17.0.0/33", "172.17.0.1:80", "0.0.0.0/0", "::/0"] {
            assert!(network(wrong).is_err(), "{wrong}");
        }
    }
}
