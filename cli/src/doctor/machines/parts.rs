//! Healthy machines, and the parts that others differ from them by.

use std::time::Duration;

use managed_identity_core::{AgentFile, SourceKind, UnixTime};
use serde_json::json;

use super::super::facts::{
    ArcFacts, EndpointFacts, Facts, Folder, FolderState, Group, Problem, ProxyFacts, Reach, Service, SourceFacts,
    TokenFacts, TokenFile, Tool, Variables,
};
use crate::claims::Claims;
use crate::mender::Mender;

const RESOURCE: &str = "https://vault.azure.net";
pub(super) const NOW: UnixTime = UnixTime::from_secs(1_793_700_000);

pub(super) fn arc() -> Facts {
    Facts {
        source: SourceFacts::Found {
            kind: SourceKind::AzureArc,
            reason: "the Azure Connected Machine agent is installed".to_owned(),
            notes: Vec::new(),
        },
        endpoint: Some(answered(SourceKind::AzureArc, "http://127.0.0.1:40342")),
        arc: ArcFacts {
            agent: AgentFile::Present,
            service: Service::Running,
            user: "backup".to_owned(),
            group: Some(Group::Member),
            folder: Some(folder(FolderState::Open)),
            confined_by: None,
        },
        token: got(SourceKind::AzureArc),
        ..vm()
    }
}

pub(super) fn vm() -> Facts {
    Facts {
        now: NOW,
        resource: RESOURCE.to_owned(),
        source: SourceFacts::Found {
            kind: SourceKind::Imds,
            reason: "no other source applies".to_owned(),
            notes: Vec::new(),
        },
        endpoint: Some(answered(SourceKind::Imds, "http://169.254.169.254")),
        proxies: ProxyFacts::default(),
        arc: ArcFacts {
            agent: AgentFile::Absent,
            service: Service::Unknown,
            user: "backup".to_owned(),
            group: Some(Group::Nonexistent),
            folder: None,
            confined_by: None,
        },
        is_container: false,
        variables: Variables::default(),
        client_id: None,
        federated_token: None,
        tools: ["az", "azd", "pwsh"].map(|name| Tool { name, path: None }).into(),
        token: got(SourceKind::Imds),
        authority: None,
    }
}

pub(super) fn pod() -> Facts {
    Facts {
        source: SourceFacts::Found {
            kind: SourceKind::WorkloadIdentity,
            reason: "AZURE_TENANT_ID and AZURE_FEDERATED_TOKEN_FILE are set".to_owned(),
            notes: Vec::new(),
        },
        endpoint: Some(EndpointFacts {
            kind: SourceKind::WorkloadIdentity,
            address: "https://login.microsoftonline.com/66666666-6666-4666-8666-666666666666/oauth2/v2.0/token"
                .to_owned(),
            host: "login.microsoftonline.com".to_owned(),
            reach: Reach::NotAsked,
        }),
        is_container: true,
        variables: Variables(
            ["AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_TENANT_ID", "KUBERNETES_SERVICE_HOST"].into(),
        ),
        federated_token: Some(token_file(NOW.as_secs() + 3_600)),
        ..vm()
    }
}

pub(super) fn answered(kind: SourceKind, base: &str) -> EndpointFacts {
    let reach = Reach::Answered { status: 400, date: Some(NOW) };
    EndpointFacts { reach, ..refused_at(kind, base, "") }
}

pub(super) fn refused(kind: SourceKind, detail: &str) -> EndpointFacts {
    let base = if kind == SourceKind::Imds { "http://169.254.169.254" } else { "http://127.0.0.1:40342" };
    refused_at(kind, base, detail)
}

pub(super) fn refused_at(kind: SourceKind, base: &str, detail: &str) -> EndpointFacts {
    EndpointFacts {
        kind,
        address: format!("{base}/metadata/identity/oauth2/token"),
        host: base.split([':', '/']).nth(3).unwrap_or_default().to_owned(),
        reach: Reach::NoConnection { detail: detail.to_owned() },
    }
}

pub(super) fn folder(state: FolderState) -> Folder {
    Folder { path: "/var/opt/azcmagent/tokens".to_owned(), state }
}

pub(super) fn got(source: SourceKind) -> TokenFacts {
    let claims = Claims::made(&json!({
        "aud": RESOURCE,
        "tid": "66666666-6666-4666-8666-666666666666",
        "oid": "22222222-2222-4222-8222-222222222222",
        "appid": "11111111-1111-4111-8111-111111111111",
        "idtyp": "app",
    }));
    TokenFacts::Got {
        source,
        expires_on: NOW + Duration::from_secs(86_400),
        clock_ahead_by: None,
        claims: Some(claims),
    }
}

pub(super) fn token_file(expires_on: u64) -> TokenFile {
    let claims = Claims::made(&json!({
        "iss": "https://oidc.prod-aks.azure.com/1f2e/",
        "sub": "system:serviceaccount:shop:default",
        "aud": ["api://AzureADTokenExchange"],
        "exp": expires_on,
    }));
    TokenFile { path: "/var/run/secrets/azure/tokens/azure-identity-token".to_owned(), content: Ok(claims) }
}

pub(super) fn failed(mender: Mender, message: &str, next_step: &str) -> TokenFacts {
    problem(mender, message, next_step).into()
}

pub(super) fn problem(mender: Mender, message: &str, next_step: &str) -> Problem {
    Problem {
        message: message.to_owned(),
        next_step: Some(next_step.to_owned()),
        mender,
        aadsts: None,
        missing_identity: false,
    }
}

impl From<Problem> for TokenFacts {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}
