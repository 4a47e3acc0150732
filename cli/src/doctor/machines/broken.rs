//! The ten machines.

use std::time::Duration;

use managed_identity_core::{AgentFile, Note, SourceKind};

use super::super::facts::{
    ArcFacts, AuthorityFacts, AuthorityOutcome, Facts, FolderState, Group, Problem, ProxyFacts, Service, SourceFacts,
    Variables,
};
use super::super::finding::Check;
use super::parts::{NOW, arc, failed, folder, pod, problem, refused, token_file, vm};
use crate::mender::Mender;

/// A machine: what happened, its facts, the checks that fail, and the exit code.
pub(super) struct Machine {
    pub(super) title: &'static str,
    pub(super) facts: Facts,
    pub(super) failed: &'static [Check],
    pub(super) warned: &'static [Check],
    pub(super) exit_code: u8,
}

pub(super) fn machines() -> Vec<Machine> {
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
