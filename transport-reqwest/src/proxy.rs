//! The proxy for what is on the internet.

use std::fmt;

use managed_identity_core::{TransportError, TransportErrorKind};
use reqwest::{ClientBuilder, NoProxy, Proxy};

/// The proxy through which an authority on the internet is reached, and the hosts that are reached without it. Endpoints
/// on this machine, or beside it, are never reached through a proxy.
///
/// Its address may hold a password: `Debug` shows neither.
#[derive(Clone, Default)]
pub struct ProxySettings {
    https: Option<String>,
    exceptions: Option<String>,
}

impl ProxySettings {
    /// No proxy.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// What the environment of this process says: `https_proxy` or `HTTPS_PROXY`, and `no_proxy` or `NO_PROXY`.
    #[must_use]
    pub fn from_env() -> Self {
        Self::from_lookup(|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }

    /// What an environment says: of each variable the one in lower case, unless it is unset or empty. Others, such as
    /// `ALL_PROXY`, do not count.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let first = |names: [&str; 2]| names.into_iter().filter_map(&lookup).find(|value| !value.is_empty());
        Self { https: first(["https_proxy", "HTTPS_PROXY"]), exceptions: first(["no_proxy", "NO_PROXY"]) }
    }

    /// Has calls by https take the proxy.
    pub(crate) fn apply(&self, builder: ClientBuilder) -> Result<ClientBuilder, TransportError> {
        let Some(address) = &self.https else { return Ok(builder) };
        let address = if address.contains("://") { address.clone() } else { format!("http://{address}") };
        let unusable = || {
            let detail = "HTTPS_PROXY is not the address of an http or https proxy";
            TransportError::new(TransportErrorKind::Connect, detail)
        };
        let scheme = address.split("://").next().unwrap_or_default();
        if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return Err(unusable());
        }
        let proxy = Proxy::https(address).map_err(|_| unusable())?;
        Ok(builder.proxy(proxy.no_proxy(self.exceptions.as_deref().and_then(NoProxy::from_string))))
    }
}

impl fmt::Debug for ProxySettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxySettings").field("is_set", &self.https.is_some()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::ProxySettings;

    fn settings(variables: &[(&str, &str)]) -> ProxySettings {
        let value = |name: &str| variables.iter().find(|it| it.0 == name).map(|it| it.1.to_owned());
        ProxySettings::from_lookup(value)
    }

    fn is_usable(address: &str) -> bool {
        settings(&[("HTTPS_PROXY", address)]).apply(reqwest::Client::builder()).is_ok()
    }

    #[test]
    fn variables_in_lower_case_come_first_and_empty_ones_do_not_count() {
        let both = settings(&[("https_proxy", "lower"), ("HTTPS_PROXY", "upper"), ("no_proxy", ""), ("NO_PROXY", "h")]);
        assert_eq!((both.https.as_deref(), both.exceptions.as_deref()), (Some("lower"), Some("h")));
        let others = settings(&[("HTTP_PROXY", "h"), ("http_proxy", "h"), ("ALL_PROXY", "h"), ("all_proxy", "h")]);
        assert_eq!(others.https, None);
    }

    #[test]
    fn what_is_no_proxy_is_named_and_not_passed_over() {
        for usable in ["", "127.0.0.1:3128", "localhost:3128", "http://user:password@h:1", "HTTPS://h/"] {
            assert!(is_usable(usable), "{usable}");
        }
        for unusable in ["socks5://h:1", "ftp://h", "http://", "http://a b"] {
            assert!(!is_usable(unusable), "{unusable}");
        }
        let error = settings(&[("HTTPS_PROXY", "http://user:hunter2@a b")]).apply(reqwest::Client::builder());
        assert!(!error.unwrap_err().to_string().contains("hunter2"));
    }

    #[test]
    fn a_password_does_not_show() {
        assert!(!format!("{:?}", settings(&[("HTTPS_PROXY", "http://user:hunter2@h:1")])).contains("hunter2"));
    }
}
