//! The token proxy of AKS workload identity ("identity bindings"): it is asked in place of the authority.
//!
//! <https://learn.microsoft.com/azure/aks/identity-bindings-concepts>

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::sync::Arc;

use super::environment::Environment;
use crate::effect::{FileRequest, Trust};
use crate::error::{ConfigError, FileError, FileErrorKind};
use crate::kind::{FilePurpose, Platform, SourceKind};
use crate::wire::Endpoint;

const PROXY: &str = "AZURE_KUBERNETES_TOKEN_PROXY";
const CA_FILE: &str = "AZURE_KUBERNETES_CA_FILE";
const CA_DATA: &str = "AZURE_KUBERNETES_CA_DATA";
const SERVER_NAME: &str = "AZURE_KUBERNETES_SNI_NAME";
/// The source that errors are about.
const ABOUT: Option<SourceKind> = Some(SourceKind::WorkloadIdentity);

/// The largest file of certificates that is accepted, in bytes.
const MAX_CA: usize = 1024 * 1024;

/// A proxy in the cluster that exchanges federated tokens in place of the authority, as AKS offers it so that many clusters
/// can share an identity. The federated token is sent to it and never to the authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenProxy {
    base: Endpoint,
    roots: Roots,
    server_name: Option<Arc<str>>,
}

/// Who vouches for the proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Roots {
    /// Those of the machine.
    Machine,
    /// These, in PEM form.
    Pem(Arc<str>),
    /// Those in this file, which is replaced when they change.
    File(String),
}

impl TokenProxy {
    /// The proxy at this address (`AZURE_KUBERNETES_TOKEN_PROXY`), for which the machine's trusted roots vouch.
    ///
    /// # Errors
    /// A [`ConfigError`] for an address without https, or one with user information, a query or a fragment.
    pub fn new(url: &str) -> Result<Self, ConfigError> {
        let base = Endpoint::join(PROXY, url, "/").map_err(|error| error.of(SourceKind::WorkloadIdentity))?;
        if !base.is_https() {
            return Err(ConfigError::InsecureEndpoint { source_kind: ABOUT, name: PROXY });
        }
        Ok(Self { base, roots: Roots::Machine, server_name: None })
    }

    /// Trusts the certificates in this file (`AZURE_KUBERNETES_CA_FILE`) and no others. It is read anew for each token.
    ///
    /// # Errors
    /// A [`ConfigError`] for a path with control characters.
    pub fn with_ca_file(mut self, path: &str) -> Result<Self, ConfigError> {
        if path.is_empty() || path.chars().any(char::is_control) {
            return Err(ConfigError::IllegalCharacters { source_kind: ABOUT, name: CA_FILE });
        }
        self.roots = Roots::File(path.to_owned());
        Ok(self)
    }

    /// Trusts these certificates in PEM form (`AZURE_KUBERNETES_CA_DATA`) and no others.
    ///
    /// # Errors
    /// A [`ConfigError`] for a text without a certificate.
    pub fn with_ca_data(mut self, pem: &str) -> Result<Self, ConfigError> {
        if !holds_a_certificate(pem) {
            return Err(ConfigError::NoCertificate { name: CA_DATA });
        }
        self.roots = Roots::Pem(pem.into());
        Ok(self)
    }

    /// Asks for the server of this name (`AZURE_KUBERNETES_SNI_NAME`), and has its certificate be for it.
    ///
    /// # Errors
    /// A [`ConfigError`] for what is no name of a host.
    pub fn with_server_name(mut self, name: &str) -> Result<Self, ConfigError> {
        if !is_host_name(name) {
            return Err(ConfigError::IllegalCharacters { source_kind: ABOUT, name: SERVER_NAME });
        }
        self.server_name = Some(name.into());
        Ok(self)
    }

    /// The proxy that the environment names, if it does.
    pub(super) fn of(environment: &Environment) -> Result<Option<Self>, ConfigError> {
        let [url, file, data, name] = [PROXY, CA_FILE, CA_DATA, SERVER_NAME].map(|name| environment.var(name));
        let Some(url) = url else {
            // Half a configuration: to go on without it would send the federated token elsewhere than it is meant to go.
            let stray = [(CA_FILE, file), (CA_DATA, data), (SERVER_NAME, name)].into_iter().find(|it| it.1.is_some());
            return match stray {
                Some((name, _)) => Err(ConfigError::PointlessVariable { name, needs: PROXY }),
                None => Ok(None),
            };
        };
        let mut proxy = Self::new(url)?;
        proxy = match (file, data) {
            (Some(_), Some(_)) => return Err(ConfigError::ConflictingVariables { name: CA_FILE, other: CA_DATA }),
            (Some(file), None) => proxy.with_ca_file(file)?,
            (None, Some(data)) => proxy.with_ca_data(data)?,
            (None, None) => proxy,
        };
        match name {
            Some(name) => proxy.with_server_name(name).map(Some),
            None => Ok(Some(proxy)),
        }
    }

    /// Where the proxy takes what is meant for this endpoint of the authority.
    pub(super) fn endpoint(&self, of_authority: &Endpoint) -> Result<Endpoint, ConfigError> {
        Endpoint::join(PROXY, self.base.as_str(), of_authority.path())
    }

    pub(super) fn ca_file(&self) -> Option<&str> {
        match &self.roots {
            Roots::File(path) => Some(path),
            Roots::Machine | Roots::Pem(_) => None,
        }
    }

    pub(super) fn ca_request(&self, platform: Platform) -> Option<FileRequest> {
        Some(FileRequest {
            path: self.ca_file()?.to_owned(),
            purpose: FilePurpose::TokenProxyCa,
            // Kubernetes publishes it through symbolic links too.
            directory: None,
            max_len: MAX_CA,
            platform,
        })
    }

    /// How the proxy proves who it is; `read` is what was in the file of certificates. Where there is a file, nobody is
    /// trusted before it was read.
    pub(super) fn trust(&self, read: Option<&Arc<str>>) -> Trust {
        let pem = match &self.roots {
            Roots::Machine => None,
            Roots::Pem(pem) => Some(Arc::clone(pem)),
            Roots::File(_) => Some(read.map_or_else(|| Arc::from(""), Arc::clone)),
        };
        match (pem, self.server_name.clone()) {
            (None, None) => Trust::Roots,
            (pem, server_name) => Trust::Anchors { pem, server_name },
        }
    }
}

/// The certificates in a file's content.
pub(crate) fn certificates(content: &[u8]) -> Result<Arc<str>, FileError> {
    if content.len() > MAX_CA {
        return Err(FileError::too_large(MAX_CA));
    }
    if content.trim_ascii().is_empty() {
        return Err(FileError::new(FileErrorKind::Empty, ""));
    }
    match core::str::from_utf8(content) {
        Ok(pem) if holds_a_certificate(pem) => Ok(pem.into()),
        _ => Err(FileError::new(FileErrorKind::Unreadable, "there is no certificate in PEM form in it")),
    }
}

/// RFC 7468, section 5.1.
fn holds_a_certificate(pem: &str) -> bool {
    pem.contains("-----BEGIN CERTIFICATE-----")
}

/// A name, and no address: nothing else can be asked for (RFC 6066, section 3). URLs take a host for an address whose last
/// label begins with a digit.
fn is_host_name(name: &str) -> bool {
    let legal = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    name.len() <= 253 && name.split('.').all(legal) && last.starts_with(|first: char| first.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use alloc::borrow::ToOwned as _;
    use alloc::sync::Arc;

    use super::{TokenProxy, certificates};
    use crate::credential::Environment;
    use crate::effect::Trust;
    use crate::error::{ConfigError, FileErrorKind};

    const URL: &str = "https://proxy.example:8443/base/";
    const PEM: &str = "-----BEGIN CERTIFICATE-----";

    fn of(variables: &[(&str, &str)]) -> Result<Option<TokenProxy>, ConfigError> {
        let value = |name: &str| variables.iter().find(|(it, _)| *it == name).map(|(_, value)| (*value).to_owned());
        TokenProxy::of(&Environment::from_lookup(value))
    }

    #[test]
    fn the_environment_names_it_and_who_vouches_for_it() {
        let (proxy, file, data, name) = (super::PROXY, super::CA_FILE, super::CA_DATA, super::SERVER_NAME);
        assert_eq!(of(&[]), Ok(None));
        let trust = |variables: &[(&str, &str)]| of(variables).unwrap().unwrap().trust(Some(&Arc::from("read")));
        let anchors = |pem: Option<&str>, name: Option<&str>| Trust::Anchors {
            pem: pem.map(Arc::from),
            server_name: name.map(Arc::from),
        };
        assert_eq!(trust(&[(proxy, URL)]), Trust::Roots);
        assert_eq!(trust(&[(proxy, URL), (data, PEM)]), anchors(Some(PEM), None));
        assert_eq!(trust(&[(proxy, URL), (file, "/ca.crt")]), anchors(Some("read"), None));
        assert_eq!(trust(&[(proxy, URL), (name, "a.b-c")]), anchors(None, Some("a.b-c")));
        let by_file = of(&[(proxy, URL), (file, "/ca.crt")]).unwrap().unwrap();
        assert_eq!(by_file.trust(None), anchors(Some(""), None), "nobody is trusted before the file was read");
    }

    #[test]
    fn half_a_configuration_is_an_error() {
        for name in [super::CA_FILE, super::CA_DATA, super::SERVER_NAME] {
            let error = ConfigError::PointlessVariable { name, needs: super::PROXY };
            assert_eq!(of(&[(name, "anything")]), Err(error));
        }
        let both = [(super::PROXY, URL), (super::CA_FILE, "/ca.crt"), (super::CA_DATA, PEM)];
        let error = ConfigError::ConflictingVariables { name: super::CA_FILE, other: super::CA_DATA };
        assert_eq!(of(&both), Err(error));
        let error = ConfigError::NoCertificate { name: super::CA_DATA };
        assert_eq!(of(&[(super::PROXY, URL), (super::CA_DATA, "none")]), Err(error));
        for name in ["127.0.0.1", "[::1]", "a b", "a..b", ".a", "a.", "a/b", "0x7f.0x1"] {
            let error = ConfigError::IllegalCharacters { source_kind: super::ABOUT, name: super::SERVER_NAME };
            assert_eq!(of(&[(super::PROXY, URL), (super::SERVER_NAME, name)]), Err(error), "{name}");
        }
        for url in ["http://h/", "https://user@h/", "https://h/?q", "https://h/#f", "h", ""] {
            assert!(TokenProxy::new(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_file_of_certificates_holds_some() {
        assert_eq!(certificates(PEM.as_bytes()).as_deref(), Ok(PEM));
        let kind = |content: &[u8]| certificates(content).unwrap_err().kind();
        assert_eq!(kind(b" \n"), FileErrorKind::Empty);
        assert_eq!(kind(b"certificate"), FileErrorKind::Unreadable);
        assert_eq!(kind(&[0xff]), FileErrorKind::Unreadable);
        // Seen from the first byte, since an interpreter would look at the others for minutes.
        assert_eq!(kind(&[0xff; 1_048_576]), FileErrorKind::Unreadable);
        assert_eq!(kind(&[0xff; 1_048_577]), FileErrorKind::TooLarge);
    }
}
