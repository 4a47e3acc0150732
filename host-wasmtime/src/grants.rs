//! What a plug-in needs that holds the client itself.

use std::fmt;
use std::path::Path;

use http::{Method, Uri};
use managed_identity_core::{
    DetectionOptions, Environment, FileGrant, HostFacts, HttpMethod, PolicyField, Secret, Source, SourceSettings, Trust,
};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder};

use crate::files::GrantedFiles;
use crate::policy::{FileRule, HttpRule, Policy, PolicyError};

/// What a plug-in may do in WASI: the requests that it may send, the files that it may read, the variables that it sees.
///
/// [`Grants::for_source`] is what the client needs to get tokens from one source by itself, and nothing else: one method,
/// scheme, host, port and path; one file where a file proves the identity; the variables of the source.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Grants {
    requests: Vec<HttpRule>,
    files: Vec<FileRule>,
    variables: Vec<(String, Secret)>,
}

impl Grants {
    /// Nothing is granted.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// What a policy grants: its requests, its files, and what its source needs if it names one. The source is looked for
    /// in this environment.
    ///
    /// # Errors
    /// [`PolicyError::Source`] when the source is not there, and those of [`Grants::for_source`].
    pub fn of(policy: &Policy, environment: &Environment, facts: HostFacts) -> Result<Self, PolicyError> {
        let mut grants = match &policy.source {
            Some(settings) => Self::for_settings(settings, environment, facts)?,
            None => Self::nothing(),
        };
        grants.requests.extend_from_slice(&policy.requests);
        grants.files.extend_from_slice(&policy.files);
        Ok(grants)
    }

    /// What the client needs to get tokens from `source`, whose variables are in `environment`.
    ///
    /// # Errors
    /// [`PolicyError::OutOfReach`] for a source that no plug-in can ask (Service Fabric, and AKS with a token proxy), which
    /// would get secrets that it could do nothing with; and others when the source's endpoint or file is nothing that can
    /// be granted.
    pub fn for_source(source: &Source, environment: &Environment) -> Result<Self, PolicyError> {
        let needed = source.grants();
        let field = match needed.trust {
            Trust::Leaf(_) => Some(PolicyField::CertificatePin),
            Trust::Anchors { .. } => Some(PolicyField::TrustAnchors),
            _ => None,
        };
        if let Some(field) = field {
            return Err(PolicyError::OutOfReach { source_kind: source.kind(), field });
        }
        let address = needed.endpoint.as_str();
        let refused = |_| PolicyError::Address { address: address.to_owned(), reason: "it is no http or https URL" };
        let address: Uri = address.parse().map_err(refused)?;
        let method = match needed.method {
            HttpMethod::Post => Method::POST,
            _ => Method::GET,
        };
        let file = match needed.file {
            Some(FileGrant::Folder(folder)) => Some(FileRule::key_files(folder)),
            Some(FileGrant::File(path)) => Some(FileRule::at(path)?),
            _ => None,
        };
        let variable = |name: &&str| Some(((*name).to_owned(), Secret::new(environment.var(name)?.to_owned())));
        Ok(Self {
            requests: vec![HttpRule::exactly(method, &address)?],
            files: file.into_iter().collect(),
            variables: needed.variables.iter().filter_map(variable).collect(),
        })
    }

    /// Grants one more kind of request.
    #[must_use]
    pub fn request(mut self, rule: HttpRule) -> Self {
        self.requests.push(rule);
        self
    }

    /// Grants one more file.
    #[must_use]
    pub fn file(mut self, rule: FileRule) -> Self {
        self.files.push(rule);
        self
    }

    /// Lets the plug-in see one more environment variable, or another value of it.
    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.retain(|(it, _)| it != name);
        self.variables.push((name.to_owned(), Secret::new(value.to_owned())));
        self
    }

    /// Takes all files from another folder of the host: for hosts in a container, where the agent's folder is mounted
    /// elsewhere. The plug-in sees them under the old path.
    #[must_use]
    pub fn files_from(mut self, folder: &Path) -> Self {
        self.files = self.files.into_iter().map(|rule| rule.in_host_folder(folder)).collect();
        self
    }

    /// Takes back all files.
    #[must_use]
    pub fn without_files(mut self) -> Self {
        self.files.clear();
        self
    }

    /// The requests that may be sent: for a [`Gate`](crate::Gate).
    #[must_use]
    pub fn requests(&self) -> &[HttpRule] {
        &self.requests
    }

    /// The files that may be read: for [`GrantedFiles::open`].
    #[must_use]
    pub fn files(&self) -> &[FileRule] {
        &self.files
    }

    /// The names of the variables that the plug-in sees. Their values may be secrets.
    pub fn variable_names(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().map(|(name, _)| name.as_str())
    }

    /// WASI with these variables; without arguments, standard streams, sockets and folders. The files are granted by
    /// [`Grants::open_files`].
    #[must_use]
    pub fn wasi(&self) -> WasiCtxBuilder {
        let mut wasi = WasiCtx::builder();
        self.variables.iter().for_each(|(name, value)| {
            wasi.env(name, value.expose());
        });
        wasi.allow_tcp(false).allow_udp(false);
        wasi
    }

    /// Opens the folders of the files.
    ///
    /// # Errors
    /// [`PolicyError::Folder`] when one cannot be opened.
    pub fn open_files(&self) -> Result<GrantedFiles, PolicyError> {
        GrantedFiles::open(&self.files)
    }

    fn for_settings(
        settings: &SourceSettings,
        environment: &Environment,
        facts: HostFacts,
    ) -> Result<Self, PolicyError> {
        let environment = settings.environment(environment);
        let source = settings.source(&environment, facts, DetectionOptions::default())?;
        Self::for_source(&source, &environment)
    }
}

impl fmt::Debug for Grants {
    /// Shows which variables are passed on, never their values, since some are secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let variables: Vec<&str> = self.variable_names().collect();
        f.debug_struct("Grants")
            .field("requests", &self.requests)
            .field("files", &self.files)
            .field("variables", &variables)
            .finish()
    }
}
