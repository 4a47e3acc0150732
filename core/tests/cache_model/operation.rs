//! What can happen, and random sequences of it.

use proptest::prelude::*;

use super::model::Failure;
use super::numbers::{KEYS, Millis};

/// One thing that happens. Numbers that choose among what there is are taken modulo its count.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operation {
    Lookup { key: usize },
    Mark,
    Force { key: usize, mark: usize },
    Succeed { lease: usize, lifetime: u64, hint: Option<u64>, same_again: bool },
    Fail { lease: usize, failure: Failure },
    Abandon { lease: usize },
    Crash { lease: usize },
    Reject { key: usize, held: bool },
    Forward(Millis),
    Back(Millis),
}

pub(crate) fn operation() -> impl Strategy<Value = Operation> {
    let lifetimes = prop::sample::select(vec![0, 1, 2, 9, 250, 299, 300, 301, 302, 600, 3600, 7199, 7200, 86_400]);
    let hints = prop::option::of(prop::sample::select(vec![0, 1, 60, 1800, 43_200, 1_000_000]));
    let failures = prop::sample::select(vec![
        Failure::NotFound,
        Failure::Throttled,
        Failure::Unavailable,
        Failure::RetryAfter(0),
        Failure::RetryAfter(30),
        Failure::RetryAfter(10_000),
    ]);
    let steps = || {
        prop_oneof![
            4 => prop::sample::select(vec![1, 500, 999, 1_000, 4_999, 5_000, 5_001, 30_000, 149_999, 150_000, 299_999]),
            2 => prop::sample::select(vec![300_000, 301_000, 1_800_000, 3_300_000, 3_600_000, 7_200_000, 43_200_000]),
            1 => 1..4_000_000_u64,
        ]
    };
    let index = || 0..64_usize;
    prop_oneof![
        16 => (0..KEYS).prop_map(|key| Operation::Lookup { key }),
        2 => Just(Operation::Mark),
        4 => (0..KEYS, index()).prop_map(|(key, mark)| Operation::Force { key, mark }),
        8 => (index(), lifetimes, hints, any::<bool>()).prop_map(|(lease, lifetime, hint, same_again)| {
            Operation::Succeed { lease, lifetime, hint, same_again }
        }),
        4 => (index(), failures).prop_map(|(lease, failure)| Operation::Fail { lease, failure }),
        1 => index().prop_map(|lease| Operation::Abandon { lease }),
        1 => index().prop_map(|lease| Operation::Crash { lease }),
        1 => (0..KEYS, any::<bool>()).prop_map(|(key, held)| Operation::Reject { key, held }),
        8 => steps().prop_map(Operation::Forward),
        1 => steps().prop_map(Operation::Back),
    ]
}
