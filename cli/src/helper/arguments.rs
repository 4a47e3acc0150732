//! The arguments of `helper`, and how each tool is told of it.

use clap::{Args, Subcommand, ValueEnum};

use crate::options::CredentialArguments;

const KUBECTL: &str = "\
Set-up, in the kubeconfig:
  users:
  - name: me
    user:
      exec:
        apiVersion: client.authentication.k8s.io/v1
        command: managed-identity
        args: [helper, kubectl]
        interactiveMode: Never";

const GIT: &str = "\
Set-up, for Azure DevOps:
  git config --global credential.https://dev.azure.com.helper '!managed-identity helper git'
The identity has to be a user of the organisation.";

const DOCKER: &str = "\
Set-up, for an Azure Container Registry:
  printf '#!/bin/sh\\nexec managed-identity helper docker \"$@\"\\n' >/usr/local/bin/docker-credential-azure
  chmod +x /usr/local/bin/docker-credential-azure
and in ~/.docker/config.json:
  { \"credHelpers\": { \"myregistry.azurecr.io\": \"azure\" } }
The identity needs the role AcrPull (or AcrPush) on the registry.";

const CARGO: &str = "\
Set-up, for a feed of Azure Artifacts, in ~/.cargo/config.toml:
  [registries.myfeed]
  index = \"sparse+https://pkgs.dev.azure.com/ORGANISATION/_packaging/FEED/Cargo/index/\"
  credential-provider = [\"managed-identity\", \"helper\", \"cargo\"]";

const PIP: &str = "\
Set-up, for a feed of Azure Artifacts: pip asks a program of the name keyring
  printf '#!/bin/sh\\nexec managed-identity helper pip \"$@\"\\n' >/usr/local/bin/keyring
  chmod +x /usr/local/bin/keyring
  pip install --keyring-provider subprocess \\
      --index-url https://VssSessionToken@pkgs.dev.azure.com/ORGANISATION/_packaging/FEED/pypi/simple/ PACKAGE";

/// Which tool is helped.
#[derive(Debug, Subcommand)]
pub(crate) enum HelperCommand {
    /// Tokens for kubectl and whatever else reads a kubeconfig, for clusters with Microsoft Entra
    #[command(after_help = KUBECTL)]
    Kubectl(Box<KubectlArguments>),
    /// Passwords for git, for Azure DevOps
    #[command(after_help = GIT)]
    Git(Box<GitArguments>),
    /// Passwords for docker, for Azure Container Registry
    #[command(after_help = DOCKER)]
    Docker(Box<DockerArguments>),
    /// Tokens for cargo, for Azure Artifacts
    #[command(after_help = CARGO)]
    Cargo(Box<CargoArguments>),
    /// Passwords for pip and twine, for Azure Artifacts
    #[command(after_help = PIP)]
    Pip(Box<PipArguments>),
}

#[derive(Debug, Args)]
pub(crate) struct KubectlArguments {
    /// Application id of the cluster's server; that of AKS unless given
    #[arg(long, value_name = "ID", default_value = "6dae42f8-4368-4678-94ff-3960e28e3630")]
    pub(crate) server_id: String,
    #[command(flatten)]
    pub(crate) credential: CredentialArguments,
}

#[derive(Debug, Args)]
pub(crate) struct GitArguments {
    /// get, store, erase or capability, as git adds it
    pub(crate) operation: String,
    #[command(flatten)]
    pub(crate) hosts: HostArguments,
    #[command(flatten)]
    pub(crate) credential: CredentialArguments,
}

#[derive(Debug, Args)]
pub(crate) struct DockerArguments {
    /// What docker wants
    #[arg(value_enum)]
    pub(crate) operation: DockerOperation,
    #[command(flatten)]
    pub(crate) hosts: HostArguments,
    #[command(flatten)]
    pub(crate) credential: CredentialArguments,
}

/// What docker wants of a helper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DockerOperation {
    /// The password of the registry on standard input
    Get,
    /// Nothing is stored
    Store,
    /// Nothing is erased
    Erase,
    /// Nothing is listed
    List,
}

#[derive(Debug, Args)]
pub(crate) struct CargoArguments {
    #[command(flatten)]
    pub(crate) hosts: HostArguments,
    #[command(flatten)]
    pub(crate) credential: CredentialArguments,
}

#[derive(Debug, Args)]
pub(crate) struct PipArguments {
    /// get, as pip adds it
    pub(crate) operation: String,
    /// Address that the password is for
    pub(crate) url: String,
    /// User of that address
    pub(crate) user: Option<String>,
    #[command(flatten)]
    pub(crate) hosts: HostArguments,
    #[command(flatten)]
    pub(crate) credential: CredentialArguments,
}

/// Hosts beside those that are known.
#[derive(Debug, Args)]
pub(crate) struct HostArguments {
    #[arg(
        long = "dangerous-trust-host",
        value_name = "HOST",
        help = "Answer for this host too, with its port if it has one: whoever is there gets the token; may be given more \
                than once"
    )]
    pub(crate) trusted: Vec<String>,
}
