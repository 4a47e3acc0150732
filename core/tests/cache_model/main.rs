//! The cache against a naive model: random sequences of everything that can happen, both asked the same at every step.

// Helpers outside of `#[test]` functions panic as well when a test is wrong.
#![allow(clippy::expect_used, clippy::unwrap_used)]

#[path = "../cache/answers.rs"]
mod answers;
mod callers;
mod model;
mod numbers;
mod operation;
mod world;

use std::cell::RefCell;
use std::collections::BTreeMap;

use operation::operation;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use world::World;

// An interpreter is slow.
const CASES: u32 = if cfg!(miri) { 4 } else { 4000 };

#[test]
fn the_cache_answers_like_the_model() {
    let config = Config { cases: CASES.max(Config::default().cases), failure_persistence: None, ..Config::default() };
    let cases = config.cases;
    let steps = RefCell::new(0);
    let seen = RefCell::new(BTreeMap::<_, u64>::new());
    let outcome = TestRunner::new(config).run(&prop::collection::vec(operation(), 1..80), |operations| {
        let mut world = World::new();
        for operation in operations {
            let key = world.key_of(&operation);
            let before = world.others(key);
            world.step(operation)?;
            prop_assert_eq!(before, world.others(key), "one key changed another's token");
            world.check()?;
            *steps.borrow_mut() += 1;
        }
        for (answer, count) in world.seen {
            *seen.borrow_mut().entry(answer).or_default() += count;
        }
        Ok(())
    });
    #[expect(clippy::disallowed_macros, reason = "the count of cases is what this test is asked for")]
    {
        println!("cache model: {cases} cases, {} steps compared, answers {:?}", steps.borrow(), seen.borrow());
    }
    if let Err(error) = outcome {
        panic!("{error}");
    }
    // So few cases need not bring up everything. Eleven answers and four judgements there are.
    assert!(cfg!(miri) || seen.borrow().len() == 15, "some answer never came up");
}
