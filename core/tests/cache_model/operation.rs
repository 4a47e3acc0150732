//! What can happen, and random sequences of it.

use proptest::prelude::*;

use super::model::Failure;
use super::numbers::{KEYS, Millis};

/// One thing that happens. Numbers that choose among what there is are taken modulo its count.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operation {
    /// Somebody looks who takes any usable token, and does not stay.
    Lookup {
        key: usize,
    },
    /// A caller comes, with a wish, to look and to wait.
    Come {
        key: usize,
        purpose: Purpose,
    },
    /// A caller looks.
    Call {
        caller: usize,
    },
    /// A caller goes away.
    Leave {
        caller: usize,
    },
    Succeed {
        lease: usize,
        lifetime: u64,
        hint: Option<u64>,
        secret: Given,
    },
    Fail {
        lease: usize,
        failure: Failure,
    },
    /// A flow is given up while it waits for this long yet.
    Abandon {
        lease: usize,
        wait: Option<Millis>,
    },
    Crash {
        lease: usize,
    },
    Forward(Millis),
    Back(Millis),
}

/// What a caller wants.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    Usable,
    Renewed,
    /// Another token than the one at hand.
    RejectHeld,
    /// Another token than one of those that there were.
    RejectEarlier(usize),
    /// Another token than the one at hand, asked for from now on.
    RejectAndRenew,
}

/// Which token the source gives.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Given {
    New,
    /// The one at hand again.
    Held,
    /// One of those that there were.
    Earlier(usize),
}

pub(crate) fn operation() -> impl Strategy<Value = Operation> {
    let lifetimes = prop::sample::select(vec![
        0, 1, 2, 9, 29, 30, 31, 59, 60, 61, 250, 299, 300, 301, 302, 600, 3600, 7199, 7200, 86_400,
    ]);
    let hints = prop::option::of(prop::sample::select(vec![0, 1, 60, 1800, 43_200, 1_000_000]));
    let failures = prop::sample::select(vec![
        Failure::NotFound,
        Failure::Throttled,
        Failure::Unavailable,
        Failure::RetryAfter(0),
        Failure::RetryAfter(30),
        Failure::RetryAfter(10_000),
    ]);
    let waits = prop::option::of(prop::sample::select(vec![0, 1, 5_000, 60_000, 3_600_000]));
    let steps = || {
        prop_oneof![
            4 => prop::sample::select(vec![
                1, 500, 999, 1_000, 4_999, 5_000, 5_001, 9_999, 10_000, 29_999, 30_000, 179_999, 180_000, 299_999,
            ]),
            2 => prop::sample::select(vec![300_000, 301_000, 1_800_000, 3_300_000, 3_570_000, 3_600_000, 7_200_000, 43_200_000]),
            1 => 1..4_000_000_u64,
        ]
    };
    let index = || 0..64_usize;
    let purposes = prop_oneof![
        2 => Just(Purpose::Usable),
        2 => Just(Purpose::Renewed),
        4 => Just(Purpose::RejectHeld),
        1 => index().prop_map(Purpose::RejectEarlier),
        1 => Just(Purpose::RejectAndRenew),
    ];
    let given = prop_oneof![
        4 => Just(Given::New),
        2 => Just(Given::Held),
        1 => index().prop_map(Given::Earlier),
    ];
    prop_oneof![
        12 => (0..KEYS).prop_map(|key| Operation::Lookup { key }),
        6 => (0..KEYS, purposes).prop_map(|(key, purpose)| Operation::Come { key, purpose }),
        10 => index().prop_map(|caller| Operation::Call { caller }),
        1 => index().prop_map(|caller| Operation::Leave { caller }),
        8 => (index(), lifetimes, hints, given).prop_map(|(lease, lifetime, hint, secret)| {
            Operation::Succeed { lease, lifetime, hint, secret }
        }),
        3 => (index(), failures).prop_map(|(lease, failure)| Operation::Fail { lease, failure }),
        2 => (index(), waits).prop_map(|(lease, wait)| Operation::Abandon { lease, wait }),
        1 => index().prop_map(|lease| Operation::Crash { lease }),
        8 => steps().prop_map(Operation::Forward),
        1 => steps().prop_map(Operation::Back),
    ]
}
