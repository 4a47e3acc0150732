//! The vectors of chains as they stand in `tests/vectors/chain`, whose README says what the members mean.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VectorFile {
    pub(crate) description: String,
    pub(crate) vectors: Vec<Vector>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vector {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) environment: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) platform: Option<String>,
    #[serde(default)]
    pub(crate) arc_agent: bool,
    #[serde(default)]
    pub(crate) options: Options,
    #[serde(default = "vault")]
    pub(crate) resource: String,
    #[serde(default)]
    pub(crate) client_id: Option<String>,
    #[serde(default)]
    pub(crate) tenant: Option<String>,
    #[serde(default)]
    pub(crate) claims: Option<String>,
    #[serde(default)]
    pub(crate) client_capabilities: Vec<String>,
    #[serde(default)]
    pub(crate) transcript: Vec<Exchange>,
    pub(crate) outcome: Outcome,
}

fn vault() -> String {
    "https://vault.azure.net".to_owned()
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Options {
    pub(crate) only: Option<Vec<String>>,
    pub(crate) exclude: Vec<String>,
    pub(crate) require_variable: bool,
    pub(crate) tenant: Option<String>,
    pub(crate) time_budget_seconds: Option<u64>,
    pub(crate) starting_with: Option<String>,
    pub(crate) no_retries: bool,
}

/// An effect with its answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exchange {
    #[serde(default)]
    pub(crate) run: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) variables: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) get: Option<String>,
    #[serde(default)]
    pub(crate) post: Option<String>,
    #[serde(default)]
    pub(crate) query: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) absent_headers: Vec<String>,
    #[serde(default)]
    pub(crate) form: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub(crate) file: Option<String>,
    #[serde(default)]
    pub(crate) sign: Option<Sign>,
    #[serde(default)]
    pub(crate) wait: bool,
    /// The longest time that a call or a command is given.
    #[serde(default)]
    pub(crate) within_ms: Option<u64>,
    #[serde(default)]
    pub(crate) takes_seconds: u64,
    #[serde(default)]
    pub(crate) answer: Answer,
}

/// What is to be signed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sign {
    #[serde(default)]
    pub(crate) content: String,
    #[serde(default)]
    pub(crate) password: Option<String>,
    pub(crate) header: serde_json::Value,
    pub(crate) claims: serde_json::Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Answer {
    pub(crate) fails: Option<String>,
    pub(crate) exit: Option<i32>,
    pub(crate) output: serde_json::Value,
    pub(crate) errors: String,
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: serde_json::Value,
    pub(crate) content: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Outcome {
    #[serde(default)]
    pub(crate) token: Option<String>,
    #[serde(default)]
    pub(crate) source: Option<String>,
    #[serde(default)]
    pub(crate) credential: Option<String>,
    #[serde(default)]
    pub(crate) expires_on: Option<u64>,
    /// `chain`, `configuration`, `developer-tool`, `endpoint`, ...
    #[serde(default)]
    pub(crate) error: Option<String>,
    /// Each member with its verdict, as `azure-cli not-here`, in order.
    #[serde(default)]
    pub(crate) members: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) fault: Option<String>,
    #[serde(default)]
    pub(crate) transient: bool,
    #[serde(default)]
    pub(crate) contains: Vec<String>,
    #[serde(default)]
    pub(crate) excludes: Vec<String>,
    /// The seconds that pass at most until the end.
    #[serde(default)]
    pub(crate) within_seconds: Option<u64>,
}

const FILES: [(&str, &str); 12] = [
    ("azure_cli", include_str!("../../../tests/vectors/chain/azure_cli.json")),
    ("azure_developer_cli", include_str!("../../../tests/vectors/chain/azure_developer_cli.json")),
    ("azure_powershell", include_str!("../../../tests/vectors/chain/azure_powershell.json")),
    ("azure_identity", include_str!("../../../tests/vectors/chain/azure_identity.json")),
    ("azure_pipelines", include_str!("../../../tests/vectors/chain/azure_pipelines.json")),
    ("certificate", include_str!("../../../tests/vectors/chain/certificate.json")),
    ("chain", include_str!("../../../tests/vectors/chain/chain.json")),
    ("environment", include_str!("../../../tests/vectors/chain/environment.json")),
    ("federated", include_str!("../../../tests/vectors/chain/federated.json")),
    ("github_actions", include_str!("../../../tests/vectors/chain/github_actions.json")),
    ("selection", include_str!("../../../tests/vectors/chain/selection.json")),
    ("tenants", include_str!("../../../tests/vectors/chain/tenants.json")),
];

/// All vectors, each with the name of its file.
pub(crate) fn all() -> Vec<(&'static str, Vector)> {
    let mut vectors = Vec::new();
    for (name, text) in FILES {
        let file: VectorFile = serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!file.description.is_empty());
        vectors.extend(file.vectors.into_iter().map(|vector| (name, vector)));
    }
    vectors
}
