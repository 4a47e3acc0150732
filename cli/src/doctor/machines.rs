//! Ten broken machines, and what is said of each: the transcript in `docs/operator.md`.

use std::time::Duration;

use managed_identity_core::{AgentFile, Note, SourceKind, UnixTime};
use serde_json::json;

use super::checks;
use super::facts::{
    ArcFacts, AuthorityFacts, AuthorityOutcome, EndpointFacts, Facts, Folder, FolderState, Group, Problem, ProxyFacts,
    Reach, Service, SourceFacts, TokenFacts, TokenFile, Tool, Variables,
};
use super::finding::{Check, Verdict};
use super::report;
use crate::claims::Claims;
use crate::mender::Mender;

const HEADING: &str = "## Ten broken machines\n";
const DOCUMENT: &str = include_str!("../../../docs/operator.md");
const RESOURCE: &str = "https://vault.azure.net";
const NOW: UnixTime = UnixTime::from_secs(1_793_700_000);

/// A machine: what happened, its facts, the checks that fail, and the exit code.
struct Machine {
    title: &'static str,
    facts: Facts,
    failed: &'static [Check],
    warned: &'static [Check],
    exit_code: u8,
}

#[test]
fn the_transcript_is_what_the_program_says_of_each_machine() {
    let mut text = String::from(HEADING);
    for Machine { title, facts, failed, warned, exit_code } in machines() {
        let findings = checks::all(&facts);
        let of =
            |verdict| findings.iter().filter(move |it| it.verdict == verdict).map(|it| it.check).collect::<Vec<_>>();
        assert_eq!((of(Verdict::Failed), of(Verdict::Warning)), (failed.to_vec(), warned.to_vec()), "{title}");
        assert_eq!(report::exit_code(&findings), exit_code, "{title}");
        for finding in &findings {
            let needs_mend = matches!(finding.verdict, Verdict::Failed | Verdict::Warning);
            assert_eq!(finding.mend.is_some(), needs_mend, "{title}: {finding:?}");
        }
        text.push_str(&format!(
            "\n### {title}\n\n```text\n{}```\n\nExit code {exit_code}.\n",
            report::text(&findings, false)
        ));
    }
    let committed = DOCUMENT.split_once(HEADING).map(|(_, rest)| format!("{HEADING}{rest}"));
    assert_eq!(committed.as_deref(), Some(text.as_str()), "docs/operator.md has to end so:\n{text}");
}

#[test]
fn nothing_is_said_of_a_healthy_machine_but_that_it_is_one() {
    for facts in [arc(), vm()] {
        let findings = checks::all(&facts);
        assert!(findings.iter().all(|it| matches!(it.verdict, Verdict::Ok | Verdict::NotApplicable)), "{findings:?}");
        assert_eq!(report::exit_code(&findings), 0);
        assert!(report::text(&findings, false).ends_with("Nothing failed.\n"));
        assert!(report::text(&findings, true).contains("\x1b[32mok\x1b[0m"));
    }
}

fn machines() -> Vec<Machine> {
    vec![
        Machine {
            title: "Azure Arc: the agent has stopped",
            facts: Facts {
                endpoint: Some(refused(SourceKind::AzureArc, "Connection refused (os error 111)")),
                arc: ArcFacts { service: Service::Stopped, ..arc().arc },
                token: failed(Mender::Host, "no answer from Azure Arc: no connection could be made", "check with azcmagent show that the agent runs"),
                ..arc()
            },
            failed: &[Check::Endpoint, Check::Agent, Check::Token],
            warned: &[],
            exit_code: 3,
        },
        Machine {
            title: "Azure Arc: the user was added to the group, and the service was not restarted",
            facts: Facts {
                arc: ArcFacts { group: Some(Group::OnlyListed), folder: Some(folder(FolderState::Closed)), ..arc().arc },
                token: failed(
                    Mender::Host,
                    "cannot use the file /var/opt/azcmagent/tokens/8b1f.key: permission denied",
                    "let this user read the agent's keys: add it to the group himds, then restart what runs this program",
                ),
                ..arc()
            },
            failed: &[Check::Group, Check::KeyFolder, Check::Token],
            warned: &[],
            exit_code: 3,
        },
        Machine {
            title: "Azure Arc: a container without the folder of the keys",
            facts: Facts {
                is_container: true,
                arc: ArcFacts {
                    agent: AgentFile::Absent,
                    service: Service::Unknown,
                    user: "root".to_owned(),
                    group: Some(Group::Root),
                    folder: Some(folder(FolderState::Missing)),
                    confined_by: Some("AppArmor (docker-default)".to_owned()),
                },
                token: failed(
                    Mender::Host,
                    "cannot use the file /var/opt/azcmagent/tokens/8b1f.key: no such file",
                    "mount the agent's tokens folder into the container",
                ),
                ..arc()
            },
            failed: &[Check::KeyFolder, Check::Token],
            warned: &[Check::Confinement],
            exit_code: 3,
        },
        Machine {
            title: "No Azure machine at all, behind a proxy",
            facts: Facts {
                source: SourceFacts::Found {
                    kind: SourceKind::Imds,
                    reason: "no other source applies".to_owned(),
                    notes: Vec::new(),
                },
                endpoint: Some(refused(SourceKind::Imds, "no answer within 2 s")),
                proxies: ProxyFacts { set: vec!["HTTP_PROXY"], excepted: "localhost".to_owned() },
                token: failed(
                    Mender::Host,
                    "no answer from the VM metadata service (IMDS): the time limit passed",
                    "check that this is an Azure VM",
                ),
                ..vm()
            },
            failed: &[Check::Endpoint, Check::Token],
            warned: &[Check::Proxy],
            exit_code: 3,
        },
        Machine {
            title: "A virtual machine without that identity",
            facts: Facts {
                client_id: Some("33333333-3333-4333-8333-333333333333".to_owned()),
                token: Problem {
                    missing_identity: true,
                    ..problem(
                        Mender::Service,
                        "the VM metadata service (IMDS) answered 400 invalid_request: Identity not found",
                        "check that the identity is assigned to this VM, and name it if several are",
                    )
                }
                .into(),
                ..vm()
            },
            failed: &[Check::Environment, Check::Token],
            warned: &[],
            exit_code: 2,
        },
        Machine {
            title: "A virtual machine whose clock is two days ahead",
            facts: Facts { now: NOW + Duration::from_secs(2 * 86_400), ..vm() },
            failed: &[Check::Clock],
            warned: &[Check::Token],
            exit_code: 3,
        },
        Machine {
            title: "App Service: half of a configuration is left from elsewhere",
            facts: Facts {
                source: SourceFacts::Found {
                    kind: SourceKind::Imds,
                    reason: "no other source applies".to_owned(),
                    notes: vec![Note::HalfConfigured {
                        source_kind: SourceKind::AppService,
                        set: vec!["IDENTITY_ENDPOINT"],
                        missing: vec!["IDENTITY_HEADER"],
                    }],
                },
                endpoint: Some(refused(SourceKind::Imds, "no answer within 2 s")),
                variables: Variables(["AZURE_CLIENT_SECRET"].into()),
                token: failed(
                    Mender::Host,
                    "no answer from the VM metadata service (IMDS): the time limit passed",
                    "set what is missing if that source is meant, or unset the rest of it",
                ),
                ..vm()
            },
            failed: &[Check::Endpoint, Check::Token],
            warned: &[Check::Source, Check::Environment],
            exit_code: 3,
        },
        Machine {
            title: "A pod: the federated token is of another service account",
            facts: Facts {
                token: Problem {
                    aadsts: Some(700_213),
                    ..problem(
                        Mender::Service,
                        "AKS workload identity answered 400 invalid_request: AADSTS700213: No matching federated identity \
                         record found for presented assertion subject 'system:serviceaccount:shop:default'",
                        "wait some minutes if the federated credential is new",
                    )
                }
                .into(),
                ..pod()
            },
            failed: &[Check::Token],
            warned: &[],
            exit_code: 5,
        },
        Machine {
            title: "A pod: the federated token is not renewed",
            facts: Facts {
                federated_token: Some(token_file(NOW.as_secs() - 7_200)),
                token: Problem {
                    aadsts: Some(700_024),
                    ..problem(
                        Mender::Service,
                        "AKS workload identity answered 401 invalid_client: AADSTS700024: Client assertion is not within its \
                         valid time range",
                        "check this machine's clock",
                    )
                }
                .into(),
                ..pod()
            },
            failed: &[Check::FederatedToken, Check::Token],
            warned: &[],
            exit_code: 3,
        },
        Machine {
            title: "A network that inspects TLS",
            facts: Facts {
                token: failed(
                    Mender::Security,
                    "no answer from AKS workload identity: the server's certificate was refused",
                    "check the certificate of the endpoint and the trusted roots of this machine",
                ),
                authority: Some(AuthorityFacts {
                    host: "login.microsoftonline.com".to_owned(),
                    outcome: AuthorityOutcome::Untrusted {
                        detail: "invalid peer certificate: UnknownIssuer".to_owned(),
                    },
                }),
                ..pod()
            },
            failed: &[Check::Token, Check::Authority],
            warned: &[],
            exit_code: 4,
        },
    ]
}

fn arc() -> Facts {
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

fn vm() -> Facts {
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

fn pod() -> Facts {
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

fn answered(kind: SourceKind, base: &str) -> EndpointFacts {
    let reach = Reach::Answered { status: 400, date: Some(NOW) };
    EndpointFacts { reach, ..refused_at(kind, base, "") }
}

fn refused(kind: SourceKind, detail: &str) -> EndpointFacts {
    let base = if kind == SourceKind::Imds { "http://169.254.169.254" } else { "http://127.0.0.1:40342" };
    refused_at(kind, base, detail)
}

fn refused_at(kind: SourceKind, base: &str, detail: &str) -> EndpointFacts {
    EndpointFacts {
        kind,
        address: format!("{base}/metadata/identity/oauth2/token"),
        host: base.split([':', '/']).nth(3).unwrap_or_default().to_owned(),
        reach: Reach::NoConnection { detail: detail.to_owned() },
    }
}

fn folder(state: FolderState) -> Folder {
    Folder { path: "/var/opt/azcmagent/tokens".to_owned(), state }
}

fn got(source: SourceKind) -> TokenFacts {
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

fn token_file(expires_on: u64) -> TokenFile {
    let claims = Claims::made(&json!({
        "iss": "https://oidc.prod-aks.azure.com/1f2e/",
        "sub": "system:serviceaccount:shop:default",
        "aud": ["api://AzureADTokenExchange"],
        "exp": expires_on,
    }));
    TokenFile { path: "/var/run/secrets/azure/tokens/azure-identity-token".to_owned(), content: Ok(claims) }
}

fn failed(mender: Mender, message: &str, next_step: &str) -> TokenFacts {
    problem(mender, message, next_step).into()
}

fn problem(mender: Mender, message: &str, next_step: &str) -> Problem {
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
