//! Sources that several of the tests ask for tokens.

use managed_identity_core::{Platform, Source, SourceKind};

pub(crate) const KEY_FOLDER: &str = "/var/opt/azcmagent/tokens";

/// A source of each kind, which sends `header` where it sends an identity header.
pub(crate) fn source(kind: SourceKind, header: &str) -> Source {
    let (http, https) = ("http://127.0.0.1:1/token", "https://127.0.0.1:1/token");
    match kind {
        SourceKind::AppService => Source::app_service(http, header),
        SourceKind::AzureArc => Source::azure_arc(http, KEY_FOLDER, Platform::Linux),
        SourceKind::CloudShell => Source::cloud_shell(http),
        SourceKind::Imds => Source::imds("http://127.0.0.1:1"),
        SourceKind::MachineLearning => Source::machine_learning(http, header, None),
        SourceKind::ServiceFabric => Source::service_fabric(https, header, &"00".repeat(20)),
        SourceKind::WorkloadIdentity => Source::workload_identity(
            None,
            "tenant",
            Some("11111111-2222-4333-8444-555555555555"),
            "/token",
            Platform::Linux,
        ),
        other => panic!("no source of the kind {other} is made here"),
    }
    .unwrap()
}
