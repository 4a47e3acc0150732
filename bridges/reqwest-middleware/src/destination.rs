//! Where tokens may be sent.

use reqwest::Url;

use crate::error::NotAuthorized;

/// Whether a request to this address gets a token of this host.
///
/// # Errors
/// [`NotAuthorized::Plain`] when it would, but not over https, and not to this machine either.
pub(crate) fn is_for(url: &Url, host: &str) -> Result<bool, NotAuthorized> {
    let Some(named) = url.host_str() else { return Ok(false) };
    if !named.eq_ignore_ascii_case(host) {
        return Ok(false);
    }
    let is_this_machine = matches!(named, "127.0.0.1" | "[::1]" | "localhost");
    if url.scheme() == "https" || is_this_machine {
        Ok(true)
    } else {
        Err(NotAuthorized::Plain { host: named.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::is_for;

    fn outcome(url: &str) -> Option<bool> {
        is_for(&url.parse().unwrap(), "api.example").ok()
    }

    #[test]
    fn a_token_goes_to_its_host_alone() {
        for url in ["https://api.example", "https://API.example:8443/a?b"] {
            assert_eq!(outcome(url), Some(true), "{url}");
        }
        for url in [
            "https://api.example.evil",
            "https://evil/api.example",
            "https://api.example@evil",
            "http://evil",
            "data:x",
        ] {
            assert_eq!(outcome(url), Some(false), "{url}");
        }
    }

    #[test]
    fn over_plain_http_it_goes_to_this_machine_alone() {
        assert_eq!(outcome("http://api.example"), None);
        for host in ["127.0.0.1", "[::1]", "localhost"] {
            let url = format!("http://{host}:8080/").parse().unwrap();
            assert!(is_for(&url, host).unwrap(), "{host}");
        }
    }
}
