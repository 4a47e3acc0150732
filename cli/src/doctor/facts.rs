//! What is known of a machine: plain data, gathered once, judged by the checks.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use managed_identity_core::{AgentFile, Note, SourceKind, UnixTime};

use crate::claims::Claims;
use crate::mender::Mender;

/// Everything that the checks look at.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    /// The time by this machine's clock.
    pub(super) now: UnixTime,
    /// For which resource the token is.
    pub(super) resource: String,
    pub(super) source: SourceFacts,
    pub(super) endpoint: Option<EndpointFacts>,
    pub(super) proxies: ProxyFacts,
    pub(super) arc: ArcFacts,
    /// Whether this is a container.
    pub(super) is_container: bool,
    pub(super) variables: Variables,
    /// The client id that was asked for by an option or by `AZURE_CLIENT_ID`.
    pub(super) client_id: Option<String>,
    pub(super) federated_token: Option<TokenFile>,
    pub(super) tools: Vec<Tool>,
    pub(super) token: TokenFacts,
    /// What the authority on the internet answered; nothing unless it was to be asked.
    pub(super) authority: Option<AuthorityFacts>,
}

/// What went wrong, what can be done about it, and by whom.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub(super) message: String,
    pub(super) next_step: Option<String>,
    pub(super) mender: Mender,
    /// The number of an error of Microsoft Entra.
    pub(super) aadsts: Option<u32>,
    /// Whether the endpoint says that there is no such identity here.
    pub(super) missing_identity: bool,
}

/// Which source of tokens applies.
#[derive(Debug, Clone)]
pub(super) enum SourceFacts {
    Found { kind: SourceKind, reason: String, notes: Vec<Note> },
    Chain { members: Vec<MemberFacts> },
    Unusable(Problem),
}

/// One member of a chain, as far as it can be told without asking it.
#[derive(Debug, Clone)]
pub(super) struct MemberFacts {
    pub(super) name: String,
    /// Why it will give no token; nothing where it has to be asked.
    pub(super) ruled_out: Option<String>,
}

/// The endpoint that is asked for tokens.
#[derive(Debug, Clone)]
pub(super) struct EndpointFacts {
    pub(super) kind: SourceKind,
    pub(super) address: String,
    pub(super) host: String,
    pub(super) reach: Reach,
}

/// What became of a request without the header that proves who asks.
#[derive(Debug, Clone)]
pub(super) enum Reach {
    /// None was sent, since the endpoint is on the internet.
    NotAsked,
    /// Something listens; no request was sent, since the endpoint's certificate has to be pinned.
    Connected,
    Answered {
        status: u16,
        date: Option<UnixTime>,
    },
    NoConnection {
        detail: String,
    },
    NoAnswer {
        detail: String,
    },
}

/// The variables by which programs are told a proxy.
#[derive(Debug, Clone, Default)]
pub(super) struct ProxyFacts {
    /// Names of the set ones that concern a request by http. Their values may hold a password.
    pub(super) set: Vec<&'static str>,
    /// What is excepted.
    pub(super) excepted: String,
}

/// What Azure Arc's agent needs on this machine.
#[derive(Debug, Clone)]
pub(super) struct ArcFacts {
    pub(super) agent: AgentFile,
    pub(super) service: Service,
    pub(super) user: String,
    /// Nothing where groups are not looked at.
    pub(super) group: Option<Group>,
    pub(super) folder: Option<Folder>,
    /// The name of what confines this process, such as an AppArmor profile that is enforced.
    pub(super) confined_by: Option<String>,
}

/// Whether the agent's service runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    Running,
    Stopped,
    /// It cannot be told from here.
    Unknown,
}

/// Whether this process belongs to the group that may read the agent's keys.
#[cfg_attr(not(unix), allow(dead_code, reason = "elsewhere groups are not looked at"))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// It is root, which needs no group.
    Root,
    Member,
    /// Its user is listed, but it was started before that, or without.
    OnlyListed,
    NotMember,
    /// There is no such group.
    Nonexistent,
}

/// The folder of the agent's keys.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    pub(super) path: String,
    pub(super) state: FolderState,
}

/// What this process can do with the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FolderState {
    Missing,
    NotAFolder,
    Link,
    Closed,
    Open,
}

/// Names of variables that are set, beside the ones that name the source.
#[derive(Debug, Clone, Default)]
pub(super) struct Variables(pub(super) BTreeSet<&'static str>);

impl Variables {
    /// Those that the checks ask for.
    pub(super) const NAMES: [&'static str; 9] = [
        "AZURE_CLIENT_CERTIFICATE_PATH",
        "AZURE_CLIENT_ID",
        "AZURE_CLIENT_SECRET",
        "AZURE_FEDERATED_TOKEN_FILE",
        "AZURE_PASSWORD",
        "AZURE_TENANT_ID",
        "AZURE_TOKEN_CREDENTIALS",
        "AZURE_USERNAME",
        "KUBERNETES_SERVICE_HOST",
    ];

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

/// The file with the federated token of a pod.
#[derive(Debug, Clone)]
pub(super) struct TokenFile {
    pub(super) path: String,
    pub(super) content: Result<Claims, UnusableFile>,
}

/// Why there is no federated token in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnusableFile {
    Missing,
    NotPermitted,
    Unreadable,
    Empty,
    NotAToken,
}

/// A developer tool, and where it is.
#[derive(Debug, Clone)]
pub(super) struct Tool {
    pub(super) name: &'static str,
    pub(super) path: Option<PathBuf>,
}

/// What became of asking for a token.
#[derive(Debug, Clone)]
pub(super) enum TokenFacts {
    /// There was nobody to ask.
    NotAsked,
    Got {
        source: SourceKind,
        expires_on: UnixTime,
        clock_ahead_by: Option<Duration>,
        /// Nothing where only the service that the token is for can read it.
        claims: Option<Claims>,
    },
    Failed(Problem),
}

impl TokenFacts {
    pub(super) const fn is_there(&self) -> bool {
        matches!(self, Self::Got { .. })
    }
}

/// The authority of Microsoft Entra on the internet.
#[derive(Debug, Clone)]
pub(super) struct AuthorityFacts {
    pub(super) host: String,
    pub(super) outcome: AuthorityOutcome,
}

/// What became of a request to the authority.
#[derive(Debug, Clone)]
pub(super) enum AuthorityOutcome {
    Answered {
        status: u16,
        date: Option<UnixTime>,
    },
    /// The certificate is not of whom it should be.
    Untrusted {
        detail: String,
    },
    NoAnswer {
        detail: String,
    },
}
