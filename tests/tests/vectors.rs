//! What the vectors promise of themselves: their format, what they cover, and that each of them can fail. Core's own tests play them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use managed_identity_core::SourceKind;
use managed_identity_tests::outcome::Outcome;
use managed_identity_tests::transcript::Effect;
use managed_identity_tests::vector::Vector;
use managed_identity_tests::{files, memory};

fn vectors() -> Vec<(String, Vector)> {
    files::all().unwrap()
}

#[test]
fn names_are_unique() {
    let mut names = BTreeSet::new();
    for (file, vector) in vectors() {
        assert!(names.insert(vector.name.clone()), "{file}: {} is there twice", vector.name);
    }
    assert!(names.len() >= 150, "only {} vectors", names.len());
}

#[test]
fn every_file_has_the_documented_format() {
    let schema = std::fs::read_to_string(files::folder().join("schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for (name, document) in files::documents().unwrap() {
        let errors: Vec<String> =
            schema.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{name}:\n{}", errors.join("\n"));
        let mut wrong = document.clone();
        wrong["vectors"][0]["surprise"] = true.into();
        assert!(!schema.is_valid(&wrong), "the schema lets an unknown member pass");
    }
}

#[test]
fn every_source_meets_every_kind_of_identity() {
    let mut seen = BTreeSet::new();
    for (_, vector) in vectors() {
        let Some(source) = vector.detected else { continue };
        let decided = match &vector.outcome {
            Outcome::Token(_) => true,
            Outcome::Error(error) => error.variant.as_deref() == Some("unsupported-identity"),
        };
        if decided {
            seen.insert((source, identity_kind(&vector)));
        }
    }
    for source in SourceKind::ALL {
        for identity in ["SystemAssigned", "ClientId", "ObjectId", "ResourceId"] {
            assert!(seen.contains(&(*source, identity.to_owned())), "no vector for {identity} on {source}");
        }
    }
}

fn identity_kind(vector: &Vector) -> String {
    let kind = vector.request.identity.as_ref().and_then(|json| json["ManagedIdentityIdType"].as_str());
    kind.unwrap_or("SystemAssigned").to_owned()
}

#[test]
fn every_source_has_success_error_and_retry() {
    let mut seen: BTreeMap<SourceKind, BTreeSet<&str>> = BTreeMap::new();
    for (_, vector) in vectors() {
        let Some(source) = vector.detected else { continue };
        let marks = seen.entry(source).or_default();
        marks.insert(match &vector.outcome {
            Outcome::Token(_) => "success",
            Outcome::Error(error) if error.kind == "endpoint" => "error",
            Outcome::Error(_) => "other",
        });
        if vector.transcript.iter().any(|exchange| matches!(exchange.expect, Effect::Sleep(_))) {
            marks.insert("retry");
        }
    }
    for source in SourceKind::ALL {
        let marks = seen.get(source).cloned().unwrap_or_default();
        assert!(["success", "error", "retry"].iter().all(|mark| marks.contains(mark)), "{source}: only {marks:?}");
    }
}

/// A vector that passes whatever happens would show nothing, so each expectation is falsified once.
#[test]
fn every_expectation_can_fail() {
    let mut falsified = 0;
    for (file, document) in files::documents().unwrap() {
        for vector in document["vectors"].as_array().unwrap() {
            let steps = vector["transcript"].as_array().map_or(0, Vec::len);
            let expectations = (0..steps).map(|step| format!("/transcript/{step}/expect"));
            for root in expectations.chain(["/outcome".to_owned(), "/detected".to_owned()]) {
                for pointer in falsifiable(vector.pointer(&root).unwrap(), &root) {
                    let mut wrong = vector.clone();
                    falsify(wrong.pointer_mut(&pointer).unwrap());
                    let passes = serde_json::from_value(wrong).is_ok_and(|wrong: Vector| memory::run(&wrong).is_ok());
                    assert!(!passes, "{file}, {}: {pointer} is not checked", vector["name"]);
                    falsified += 1;
                }
            }
        }
    }
    assert!(falsified > 5000, "only {falsified} expectations");
}

/// The pointers to all leaves below `value` that state a single value.
fn falsifiable(value: &serde_json::Value, pointer: &str) -> Vec<String> {
    let skipped = ["absent_headers", "message_excludes", "min_ms", "max_ms", "form"];
    let below =
        |name: &str, value| falsifiable(value, &format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")));
    match value {
        serde_json::Value::Object(members) => members
            .iter()
            .filter(|(name, value)| !skipped.contains(&name.as_str()) || value.is_object())
            .flat_map(|(name, value)| below(name, value))
            .collect(),
        serde_json::Value::Array(_) if pointer.ends_with("absent_headers") => Vec::new(),
        serde_json::Value::Array(items) => {
            items.iter().enumerate().flat_map(|(index, item)| below(&index.to_string(), item)).collect()
        }
        _ => vec![pointer.to_owned()],
    }
}

fn falsify(value: &mut serde_json::Value) {
    *value = match &*value {
        serde_json::Value::String(text) if text == "now" => "now+1".into(),
        serde_json::Value::String(text) if SourceKind::ALL.iter().any(|kind| kind.as_str() == text) => {
            if text == "imds" { "cloud-shell".into() } else { "imds".into() }
        }
        serde_json::Value::String(text) => format!("{text}0").into(),
        serde_json::Value::Number(number) => (number.as_u64().unwrap_or_default() + 1).into(),
        serde_json::Value::Bool(truth) => (!truth).into(),
        serde_json::Value::Null => "imds".into(),
        other => other.clone(),
    };
}
