//! Where the secrets of a flow may be, and where not.

use std::fmt::Debug;

use managed_identity_core::{Environment, HttpRequest};

/// What a file holds that proves the identity, where the fuzzer has chosen that there is a good one.
pub(crate) const FILE_CONTENT: &str = "the content of a file that proves an identity";

/// The variables with secret values.
const SECRET_VARIABLES: [&str; 6] = [
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_CLIENT_SECRET",
    "IDENTITY_HEADER",
    "MSI_SECRET",
    "SYSTEM_ACCESSTOKEN",
];

/// The fields of a form that a secret may be in.
const SECRET_FIELDS: [&str; 2] = ["client_assertion=", "client_secret="];

/// The secrets that only the flow itself can bring anywhere.
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    /// Those that `data`, the fuzzer's bytes, do not also put elsewhere. A short one may well be part of any text, of the
    /// request's id for example, which the flow makes itself.
    pub(crate) fn new(data: &[u8], environment: &Environment) -> Self {
        let given = SECRET_VARIABLES.iter().filter_map(|name| environment.var(name));
        let once = given.filter(|it| it.len() > 36 && occurrences(data, it) == 1).map(str::to_owned);
        let own = (occurrences(data, FILE_CONTENT) == 0).then(|| FILE_CONTENT.to_owned());
        Self(once.chain(own).collect())
    }

    /// A request has a secret in a sensitive header or in the proof of its form, and nowhere else.
    pub(crate) fn assert_in_place(&self, request: &HttpRequest) {
        self.assert_hidden(request);
        for secret in &self.0 {
            assert!(!request.url().as_str().contains(secret), "the address has a secret");
            for header in request.headers().iter().filter(|it| it.value().contains(secret)) {
                assert!(header.is_sensitive(), "the header {} has a secret", header.name());
            }
            let mut fields = request.body().split('&').filter(|it| it.replace('+', " ").contains(secret));
            assert!(fields.all(|it| SECRET_FIELDS.iter().any(|field| it.starts_with(field))), "the body has a secret");
        }
    }

    /// What may be logged has no secret.
    pub(crate) fn assert_hidden(&self, shown: &impl Debug) {
        if !self.0.is_empty() {
            let shown = format!("{shown:?}");
            assert!(!self.0.iter().any(|secret| shown.contains(secret.as_str())), "a secret shows");
        }
    }
}

fn occurrences(data: &[u8], text: &str) -> usize {
    data.windows(text.len()).filter(|it| *it == text.as_bytes()).count()
}
