//! Hosts of addresses: which texts are one, and which of them are this machine.
//!
//! The parsers of `core::net` would do, at the price of 5 KB more in a WebAssembly module.

/// Why a text is no host, unless it is a name or an address that all clients read alike: an IPv6 address in brackets, an
/// IPv4 address of four decimal numbers.
pub(crate) fn check(host: &str) -> Result<(), &'static str> {
    let host = host.as_bytes();
    if host.is_empty() {
        return Err("it has no host");
    }
    let is_legal = match host {
        [b'[', address @ .., b']'] => is_ipv6(address),
        _ => host.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')),
    };
    if !is_legal {
        return Err("it is not a URL");
    }
    // RFC 1035, section 2.3.4. Clients that know Unicode's names take long to read longer ones.
    if host.len() > 253 || host.split(|byte| *byte == b'.').any(|label| label.len() > 63) {
        return Err("its host is longer than a name can be");
    }
    if ends_in_number(host) && !is_ipv4(host) {
        return Err("its host is a number, but not an IPv4 address of four decimal parts");
    }
    Ok(())
}

/// A host is `localhost` or a literal address of the loopback network.
pub(crate) fn is_loopback(host: &str) -> bool {
    match host.as_bytes() {
        // However many zeros it is written with, ::1 is the only address that they and a one at the end make.
        [b'[', zeros @ .., b'1', b']'] => zeros.iter().all(|byte| matches!(byte, b'0' | b':' | b'.')),
        name => name.eq_ignore_ascii_case(b"localhost") || name.starts_with(b"127.") && is_ipv4(name),
    }
}

/// Eight groups of hexadecimal digits, of which `::` leaves some out, and an IPv4 address at the end is two (RFC 4291,
/// section 2.2).
fn is_ipv6(address: &[u8]) -> bool {
    match address.windows(2).position(|pair| pair == b"::") {
        Some(gap) => {
            let (start, end) = address.split_at_checked(gap).unwrap_or_default();
            groups(start, false) + groups(end.get(2..).unwrap_or_default(), true) < 8
        }
        None => groups(address, true) == 8,
    }
}

/// How many groups a text is; more than an address has, if it is none.
fn groups(text: &[u8], at_end: bool) -> usize {
    const NONE: usize = 9;
    if text.is_empty() {
        return 0;
    }
    text.split(|byte| *byte == b':').rev().enumerate().fold(0, |groups, (index, group)| {
        groups
            + match group.len() {
                1..=4 if group.iter().all(u8::is_ascii_hexdigit) => 1,
                _ if at_end && index == 0 && is_ipv4(group) => 2,
                _ => NONE,
            }
    })
}

/// Four numbers up to 255, without zeros before them.
fn is_ipv4(host: &[u8]) -> bool {
    let is_octet = |part: &[u8]| match part {
        [b'0'] => true,
        [b'1'..=b'9', rest @ ..] => {
            rest.iter().all(u8::is_ascii_digit) && (part.len() < 3 || part.len() == 3 && part <= b"255".as_slice())
        }
        _ => false,
    };
    let parts = || host.split(|byte| *byte == b'.');
    parts().count() == 4 && parts().all(is_octet)
}

/// What browsers and `curl` take for one of the many forms of an IPv4 address, a dot behind it or not.
fn ends_in_number(host: &[u8]) -> bool {
    let host = host.strip_suffix(b".").unwrap_or(host);
    match host.rsplit(|byte| *byte == b'.').next().unwrap_or_default() {
        [b'0', b'x' | b'X', digits @ ..] => digits.iter().all(u8::is_ascii_hexdigit),
        digits => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
    }
}

#[cfg(test)]
mod tests {
    use super::{check, is_loopback};

    #[test]
    fn a_name_is_no_longer_than_names_can_be() {
        let (label, longer) = ("a".repeat(63), "a".repeat(64));
        let name = [&*label, &label, &label, &"a".repeat(61)].join(".");
        assert_eq!((name.len(), check(&name)), (253, Ok(())));
        for host in [longer, alloc::format!("{name}a"), alloc::format!("{name}.")] {
            assert_eq!(check(&host), Err("its host is longer than a name can be"), "{host}");
        }
    }

    #[test]
    fn an_address_has_one_form_of_ipv4_and_those_of_ipv6() {
        for host in [
            "0.0.0.0",
            "10.99.100.199",
            "255.250.249.200",
            "[::]",
            "[::1]",
            "[1::]",
            "[1:2:3:4:5:6:7:8]",
            "[1:2:3:4:5:6:7::]",
            "[::2:3:4:5:6:7:8]",
            "[1:2:3:4:5:6:1.2.3.4]",
            "[64:ff9b::192.0.2.33]",
            "[FD00::0abc:d]",
        ] {
            assert_eq!(check(host), Ok(()), "{host}");
        }
        for host in [
            "[]",
            "[:]",
            "[1]",
            "[g::]",
            "[:::]",
            "[1::2::3]",
            "[:1::2]",
            "[1::2:]",
            "[::12345]",
            "[1:2:3:4:5:6:7]",
            "[1:2:3:4:5:6:7:8:9]",
            "[1::2:3:4:5:6:7:8]",
            "[1.2.3.4]",
            "[1.2.3.4::]",
            "[::1.2.3.4:5]",
            "[1:2:3:4:5:6:7:1.2.3.4]",
            "[::1.2.3]",
            "[::1.2.3.256]",
            "[fe80::1%25eth0]",
            "[::1]x",
            "[::1",
        ] {
            assert_eq!(check(host), Err("it is not a URL"), "{host}");
        }
    }

    #[test]
    fn a_number_in_another_form_is_no_host() {
        for host in [
            "127.1",
            "127.0.0.1.",
            "127.0.0.01",
            "127.00.0.1",
            "127.0.0.256",
            "127.0.0.1000",
            "127..0.1",
            "2130706433",
            "0x7f.1",
            "0X7F000001",
            "h.0x",
            "h.1",
            "1.2.3.4.5",
        ] {
            let reason = "its host is a number, but not an IPv4 address of four decimal parts";
            assert_eq!(check(host), Err(reason), "{host}");
        }
        for host in ["1e100.net", "1h", "h.0xg", "0y1", "1.h", "1.h.", ".", "h..i"] {
            assert_eq!(check(host), Ok(()), "{host}");
        }
    }

    #[test]
    fn loopback_is_told_from_what_looks_like_it() {
        for host in [
            "localhost",
            "LocalHost",
            "127.0.0.1",
            "127.255.0.3",
            "[::1]",
            "[0:0:0:0:0:0:0:1]",
            "[::0001]",
            "[::0.0.0.1]",
        ] {
            assert_eq!((check(host), is_loopback(host)), (Ok(()), true), "{host}");
        }
        for host in [
            "localhost.",
            "localhost.example",
            "127.0.0.1.example",
            "127.example.0.1.h",
            "128.0.0.1",
            "10.127.0.0",
            "0.0.0.0",
            "[::]",
            "[::2]",
            "[::1:0]",
            "[1::1]",
            "[::ffff:127.0.0.1]",
            "[fe80::1]",
        ] {
            assert_eq!((check(host), is_loopback(host)), (Ok(()), false), "{host}");
        }
    }
}
