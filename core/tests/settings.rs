//! A source as one value of a configuration.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use managed_identity_core::{DetectionOptions, Environment, HostFacts, Platform, Source, SourceKind, SourceSettings};
use serde_json::{Value, json};

fn settings(value: &Value) -> Result<SourceSettings, String> {
    serde_json::from_value(value.clone()).map_err(|error| error.to_string())
}

fn source(value: &Value, environment: &Environment) -> Result<Source, String> {
    let facts = HostFacts::of(Platform::Linux);
    settings(value)?.source(environment, facts, DetectionOptions::default()).map_err(|error| error.to_string())
}

#[test]
fn every_source_is_described_without_an_environment() {
    for (value, kind, endpoint) in [
        (
            json!({"source": "app-service", "endpoint": "http://127.0.0.1:1/token", "header": "h"}),
            SourceKind::AppService,
            "127.0.0.1:1",
        ),
        (
            json!({"source": "azure-arc", "endpoint": "http://127.0.0.1:2/token", "key_directory": "/keys"}),
            SourceKind::AzureArc,
            "127.0.0.1:2",
        ),
        (
            json!({"source": "cloud-shell", "endpoint": "http://127.0.0.1:3/token"}),
            SourceKind::CloudShell,
            "127.0.0.1:3",
        ),
        (json!({"source": "azure-arc", "endpoint": "http://127.0.0.1:8/token"}), SourceKind::AzureArc, "127.0.0.1:8"),
        (json!({"source": "imds", "base": "http://127.0.0.1:4"}), SourceKind::Imds, "127.0.0.1:4"),
        (
            json!({"source": "machine-learning", "endpoint": "http://127.0.0.1:5/token", "secret": "s", "default_client_id": "c"}),
            SourceKind::MachineLearning,
            "127.0.0.1:5",
        ),
        (
            json!({"source": "service-fabric", "endpoint": "https://127.0.0.1:6/token", "header": "h", "thumbprint": "a".repeat(40)}),
            SourceKind::ServiceFabric,
            "127.0.0.1:6",
        ),
        (
            json!({"source": "workload-identity", "tenant_id": "t", "client_id": "c", "token_file": "/token", "authority": "https://127.0.0.1:7"}),
            SourceKind::WorkloadIdentity,
            "127.0.0.1:7",
        ),
    ] {
        let described = source(&value, &Environment::default()).unwrap_or_else(|error| panic!("{value}: {error}"));
        assert_eq!((described.kind(), described.endpoint().authority()), (kind, endpoint));
        let settings = settings(&value).unwrap();
        assert_eq!(settings.kind(), Some(kind));
        let has_secret = value.get("header").or(value.get("secret")).is_some();
        assert_eq!(settings.has_secret(), has_secret, "{value}");
        let set = settings.environment(&Environment::default());
        assert!(set.names().all(|name| described.grants().variables.contains(&name)), "{value}: {set:?}");
    }
}

#[test]
fn what_they_do_not_say_is_taken_from_the_environment() {
    let environment = Environment::default()
        .with_variable("IDENTITY_ENDPOINT", "http://127.0.0.1:1/token")
        .with_variable("IDENTITY_HEADER", "of the environment");
    for value in [json!("detect"), json!("app-service"), json!({"source": "app-service", "header": "of the settings"})]
    {
        let found = source(&value, &environment).unwrap();
        assert_eq!((found.kind(), found.endpoint().authority()), (SourceKind::AppService, "127.0.0.1:1"), "{value}");
    }
    assert_eq!(source(&json!("detect"), &Environment::default()).unwrap().kind(), SourceKind::Imds);
    let own = settings(&json!({"source": "app-service", "header": "of the settings"})).unwrap();
    assert_eq!(own.environment(&environment).var("IDENTITY_HEADER"), Some("of the settings"));
    let shown = format!("{own:?}");
    assert!(shown.contains("IDENTITY_HEADER") && !shown.contains("of the settings"), "{shown}");
}

#[test]
fn what_makes_no_sense_is_refused_with_what_would() {
    for (value, expected) in [
        (json!("imds-of-old"), "or detect"),
        (json!({"base": "http://127.0.0.1:1"}), "missing field `source`"),
        (json!({"source": "nothing"}), "unknown source"),
        (json!({"source": "imds", "header": "h"}), "imds has no header; it has base"),
        (json!({"source": "machine-learning", "a\u{7}b": ""}), "it has endpoint, secret, default_client_id"),
        (json!({"source": "imds", "base": 1}), "invalid type"),
        (json!(["imds"]), "\"detect\", the name of a source, or a map"),
        (json!({"source": "app-service", "header": "h"}), "App Service needs IDENTITY_ENDPOINT, which is not set"),
    ] {
        let error = source(&value, &Environment::default()).unwrap_err();
        assert!(error.contains(expected) && !error.contains('\u{7}'), "{value}: {error}");
    }
    for secret in [json!(424_242), json!(-424_242), json!(424_242.5)] {
        let error = settings(&json!({"source": "app-service", "header": secret})).unwrap_err();
        assert!(error.contains("a number, expected a text") && !error.contains("424"), "{error}");
    }
    for twice in [r#"{"source":"imds","source":"imds"}"#, r#"{"source":"imds","base":"a","base":"b"}"#] {
        let error = serde_json::from_str::<SourceSettings>(twice).unwrap_err().to_string();
        assert!(error.contains("is given twice"), "{error}");
    }
    let error = SourceSettings::default().with("base", "http://127.0.0.1:1".to_owned()).unwrap_err().to_string();
    assert!(error.contains("name the source"), "{error}");
}
