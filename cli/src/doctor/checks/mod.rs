//! The checks, one subject a file: facts in, a finding out.

mod arc;
mod authority;
mod clock;
mod endpoint;
mod environment;
mod federated_token;
mod proxy;
mod source;
mod token;
mod tools;

use super::facts::Facts;
use super::finding::Finding;

/// Every check, in the order in which causes come before their effects.
pub(super) fn all(facts: &Facts) -> Vec<Finding> {
    vec![
        source::check(facts),
        proxy::check(facts),
        endpoint::check(facts),
        arc::agent(facts),
        arc::group(facts),
        arc::key_folder(facts),
        arc::confinement(facts),
        clock::check(facts),
        environment::check(facts),
        federated_token::check(facts),
        tools::check(facts),
        token::check(facts),
        authority::check(facts),
    ]
}
