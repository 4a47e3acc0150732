//! The secrets of a flow.

use std::fmt::Debug;

use proptest::prelude::*;

/// The secrets of one case.
#[derive(Clone, Debug)]
pub(crate) struct Secrets {
    pub(crate) header: String,
    pub(crate) key: String,
    pub(crate) federated: String,
    pub(crate) token: String,
}

impl Secrets {
    pub(crate) fn all(&self) -> [&str; 4] {
        [&self.header, &self.key, &self.federated, &self.token]
    }

    pub(crate) fn assert_hidden_in(&self, shown: &str) {
        for secret in self.all() {
            assert!(!shown.contains(secret), "a secret shows in: {shown}");
        }
    }

    pub(crate) fn assert_hidden(&self, value: &dyn Debug) {
        self.assert_hidden_in(&format!("{value:?} {value:#?}"));
    }
}

pub(crate) fn secrets() -> impl Strategy<Value = Secrets> {
    let secret = || "[A-Za-z0-9]{16,24}";
    (secret(), secret(), "[A-Za-z0-9]{8,12}\\.[A-Za-z0-9]{8,12}\\.[A-Za-z0-9]{8,12}", secret())
        .prop_map(|(header, key, federated, token)| Secrets { header, key, federated, token })
}
