//! What a plug-in may do: the requests it may send, the folders it may read, the environment it sees.

use std::path::{Path, PathBuf};

use http::{Method, Uri};
use managed_identity_core::{Endpoint, Environment, Source, SourceKind};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder};

/// What a plug-in may do. It starts with nothing.
///
/// [`Policy::for_source`] grants what the client needs to get tokens from one source: the identity endpoint, the one
/// folder of its key files, and the variables by which the source is found.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Policy {
    http: Vec<HttpRule>,
    folders: Vec<FolderGrant>,
    environment: Vec<(String, String)>,
}

/// One kind of request that is allowed: everything but the query is decided here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRule {
    method: Method,
    scheme: String,
    host: String,
    port: u16,
    path: PathRule,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum PathRule {
    Exactly(String),
    /// Starts and ends with a slash.
    Below(String),
}

/// A folder that is readable, with all below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderGrant {
    /// Where it is on the host.
    pub host: PathBuf,
    /// The path under which the plug-in sees it.
    pub guest: String,
}

/// Why a policy cannot be made or applied.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The address is not one that a rule can be made of.
    #[error("{address} cannot be allowed: {reason}")]
    Address {
        /// The address.
        address: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The token file has no folder that could be granted.
    #[error("the token file {0} is in no folder that could be granted; it must have an absolute path")]
    TokenFile(String),
    /// A folder to be granted cannot be opened.
    #[error("the folder {} cannot be granted: {cause}. Check that it exists and that this user may read it", path.display())]
    Folder {
        /// The folder on the host.
        path: PathBuf,
        /// What went wrong.
        cause: wasmtime::Error,
    },
}

impl Policy {
    /// Nothing is allowed.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// What the client needs to get tokens from `source`, which was detected in `environment`.
    ///
    /// # Errors
    /// [`PolicyError`] when the source's endpoint or token file is nothing that can be granted.
    pub fn for_source(source: &Source, environment: &Environment) -> Result<Self, PolicyError> {
        let rule = HttpRule::exactly(method_of(source.kind()), &address_of(source.endpoint())?)?;
        let mut policy = Self::nothing().allow(rule);
        let variables = source.grants().variables.iter();
        policy.environment =
            variables.filter_map(|name| Some(((*name).to_owned(), environment.var(name)?.to_owned()))).collect();
        if let Some(folder) = source.key_directory() {
            policy = policy.readable(FolderGrant { host: folder.into(), guest: folder.to_owned() });
        }
        if let Some(file) = source.federated_token_file() {
            let folder = Path::new(file).parent().and_then(Path::to_str).filter(|folder| !folder.is_empty());
            let folder = folder.ok_or_else(|| PolicyError::TokenFile(file.to_owned()))?;
            policy = policy.readable(FolderGrant { host: folder.into(), guest: folder.to_owned() });
        }
        Ok(policy)
    }

    /// Allows one more kind of request.
    #[must_use]
    pub fn allow(mut self, rule: HttpRule) -> Self {
        self.http.push(rule);
        self
    }

    /// Allows one more folder to be read.
    #[must_use]
    pub fn readable(mut self, folder: FolderGrant) -> Self {
        self.folders.push(folder);
        self
    }

    /// Lets the plug-in see one more environment variable, or another value of it.
    #[must_use]
    pub fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.environment.retain(|(it, _)| it != name);
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Takes the content of all granted folders from `host` instead: for hosts in a container, where the agent's folder
    /// is mounted elsewhere. The plug-in sees it under the old path.
    #[must_use]
    pub fn with_folders_from(mut self, host: &Path) -> Self {
        self.folders.iter_mut().for_each(|folder| folder.host = host.to_owned());
        self
    }

    /// Takes back all folders.
    #[must_use]
    pub fn without_folders(mut self) -> Self {
        self.folders.clear();
        self
    }

    /// Whether a request of this method to this address is allowed.
    #[must_use]
    pub fn allows(&self, method: &Method, address: &Uri) -> bool {
        self.http.iter().any(|rule| rule.matches(method, address))
    }

    /// The folders that may be read.
    #[must_use]
    pub fn folders(&self) -> &[FolderGrant] {
        &self.folders
    }

    /// The names of the variables that the plug-in sees. Their values may be secrets.
    pub fn variable_names(&self) -> impl Iterator<Item = &str> {
        self.environment.iter().map(|(name, _)| name.as_str())
    }

    /// WASI with these folders, read-only, and these variables; without arguments, standard streams and sockets.
    ///
    /// # Errors
    /// [`PolicyError::Folder`] when a folder cannot be opened.
    pub fn wasi(&self) -> Result<WasiCtxBuilder, PolicyError> {
        let mut wasi = WasiCtx::builder();
        wasi.envs(&self.environment).allow_tcp(false).allow_udp(false);
        for folder in &self.folders {
            wasi.preopened_dir(&folder.host, &folder.guest, FsPerms::ReadOnly)
                .map_err(|cause| PolicyError::Folder { path: folder.host.clone(), cause })?;
        }
        Ok(wasi)
    }
}

impl std::fmt::Debug for Policy {
    /// Shows which variables are passed on, never their values, since some are secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let variables: Vec<&str> = self.variable_names().collect();
        f.debug_struct("Policy")
            .field("http", &self.http)
            .field("folders", &self.folders)
            .field("variables", &variables)
            .finish()
    }
}

impl HttpRule {
    /// Requests to exactly this address, with any query.
    ///
    /// # Errors
    /// [`PolicyError::Address`] unless it is a complete `http` or `https` address.
    pub fn exactly(method: Method, address: &Uri) -> Result<Self, PolicyError> {
        Self::new(method, address, PathRule::Exactly(address.path().to_owned()))
    }

    /// Requests to everything below this address, whose path must end with a slash.
    ///
    /// # Errors
    /// [`PolicyError::Address`] unless it is a complete `http` or `https` address whose path ends with a slash.
    pub fn below(method: Method, address: &Uri) -> Result<Self, PolicyError> {
        if !address.path().ends_with('/') {
            return Err(PolicyError::Address { address: shown(address), reason: "its path does not end with a slash" });
        }
        Self::new(method, address, PathRule::Below(address.path().to_owned()))
    }

    fn new(method: Method, address: &Uri, path: PathRule) -> Result<Self, PolicyError> {
        let refused = |reason| PolicyError::Address { address: shown(address), reason };
        let Place { scheme, host, port } = Place::of(address).ok_or_else(|| refused("it is no http or https URL"))?;
        Ok(Self { method, scheme: scheme.to_owned(), host: host.to_ascii_lowercase(), port, path })
    }

    fn matches(&self, method: &Method, address: &Uri) -> bool {
        let Some(place) = Place::of(address) else { return false };
        let path = address.path();
        let path_matches = match &self.path {
            PathRule::Exactly(allowed) => path == allowed,
            PathRule::Below(folder) => path.starts_with(folder.as_str()) && !is_ambiguous(path),
        };
        *method == self.method
            && place.scheme == self.scheme
            && place.host.eq_ignore_ascii_case(&self.host)
            && place.port == self.port
            && path_matches
    }
}

/// Where a request goes. A host is compared as it is written: `localhost` is not `127.0.0.1`.
struct Place<'a> {
    scheme: &'static str,
    host: &'a str,
    port: u16,
}

impl<'a> Place<'a> {
    fn of(address: &'a Uri) -> Option<Self> {
        let (scheme, default_port) = match address.scheme_str()? {
            "http" => ("http", 80),
            "https" => ("https", 443),
            _ => return None,
        };
        let authority = address.authority().filter(|authority| !authority.as_str().contains('@'))?;
        Some(Self { scheme, host: authority.host(), port: authority.port_u16().unwrap_or(default_port) })
    }
}

/// Whether a path has a segment by which a server may leave the folder it seems to be in.
fn is_ambiguous(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    ["%2e", "%2f", "%5c", "\\", "//"].iter().any(|it| lower.contains(it))
        || path.split('/').any(|segment| matches!(segment, "." | ".."))
}

/// An address without its query, which may hold secrets.
fn shown(address: &Uri) -> String {
    let authority = address.authority().map(http::uri::Authority::as_str).unwrap_or_default();
    format!("{}://{authority}{}", address.scheme_str().unwrap_or_default(), address.path())
}

fn address_of(endpoint: &Endpoint) -> Result<Uri, PolicyError> {
    let refused = |_| PolicyError::Address { address: endpoint.to_string(), reason: "it is no http or https URL" };
    endpoint.as_str().parse().map_err(refused)
}

/// The method by which a source is asked.
fn method_of(kind: SourceKind) -> Method {
    match kind {
        SourceKind::CloudShell | SourceKind::WorkloadIdentity => Method::POST,
        _ => Method::GET,
    }
}
