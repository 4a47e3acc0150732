//! The file changes between the challenge, the check and the reading. What was opened is what is checked, so a reader gets
//! the key or an error, and the agent gets the key or nothing.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use managed_identity_reqwest::Error;
use managed_identity_reqwest::core::FileErrorKind;

use crate::agent::{HostileAgent, key_in};
use crate::machine::{FOREIGN, KEY, Machine, make_pipe};

/// So many flows at least, and so many of each outcome.
const FLOWS: usize = 300;
const OF_EACH: usize = 10;
const PATIENCE: Duration = Duration::from_secs(40);

/// What came of many flows while the file was exchanged.
struct Outcomes {
    agent: HostileAgent,
    tokens: usize,
    refusals: Vec<FileErrorKind>,
}

/// Asks for `tokens/x.key` again and again while another thread calls `exchange`.
async fn ask_while(machine: &Arc<Machine>, exchange: impl Fn(&Machine) + Send + 'static) -> Outcomes {
    let stop = Arc::new(AtomicBool::new(false));
    let attacker = {
        let (machine, stop) = (Arc::clone(machine), Arc::clone(&stop));
        thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                exchange(&machine);
            }
        })
    };
    let mut outcomes = Outcomes { agent: machine.agent_for("x.key"), tokens: 0, refusals: Vec::new() };
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        match machine.ask(&outcomes.agent).await {
            Ok(_) => outcomes.tokens += 1,
            Err(Error::CredentialFile { error, .. }) => outcomes.refusals.push(error.kind()),
            Err(error) => panic!("{error}"),
        }
        let (tokens, refusals) = (outcomes.tokens, outcomes.refusals.len());
        if tokens + refusals >= FLOWS && tokens.min(refusals) >= OF_EACH {
            break;
        }
    }
    stop.store(true, Ordering::Relaxed);
    attacker.join().unwrap();
    outcomes
}

impl Outcomes {
    /// The keys that the agent got; it got one for each token, and none else.
    fn keys(&self) -> Vec<String> {
        let received = self.agent.received();
        let (flows, without_key) = (self.tokens + self.refusals.len(), received.len() - self.tokens);
        assert!((flows..=2 * flows).contains(&without_key), "asked again at most once: {without_key} for {flows}");
        let keys: Vec<_> = received.iter().filter_map(|request| key_in(request)).map(str::to_owned).collect();
        assert_eq!(keys.len(), self.tokens);
        assert!(received.iter().all(|request| !request.contains(FOREIGN)), "the foreign file was sent");
        println!("{} tokens, {} refusals", self.tokens, self.refusals.len());
        assert!(self.tokens >= OF_EACH && self.refusals.len() >= OF_EACH, "the exchange was not met");
        keys
    }
}

/// Puts `tokens/new` in the place of `tokens/x.key` in one step.
fn put(machine: &Machine) {
    fs::rename(machine.path("tokens/new"), machine.path("tokens/x.key")).unwrap();
}

#[tokio::test]
async fn a_file_that_is_exchanged_for_links_and_pipes_all_the_time_is_never_another_one() {
    let machine = Arc::new(Machine::new());
    // A second name that stays, so that the link is one whenever it is looked at.
    fs::hard_link(machine.path("foreign/x.key"), machine.path("foreign/y.key")).unwrap();
    let outcomes = ask_while(&machine, |machine| {
        let new = machine.path("tokens/new");
        symlink("../foreign/x.key", &new).unwrap();
        put(machine);
        fs::write(&new, KEY).unwrap();
        put(machine);
        fs::hard_link(machine.path("foreign/x.key"), &new).unwrap();
        put(machine);
        fs::write(&new, KEY).unwrap();
        put(machine);
        make_pipe(&new);
        put(machine);
        fs::write(&new, KEY).unwrap();
        put(machine);
    })
    .await;
    assert!(outcomes.keys().iter().all(|key| key == KEY));
}

#[tokio::test]
async fn a_folder_that_becomes_a_link_to_another_all_the_time_is_never_the_other() {
    let machine = Arc::new(Machine::new());
    fs::write(machine.path("tokens/x.key"), KEY).unwrap();
    let outcomes = ask_while(&machine, |machine| {
        fs::rename(machine.path("tokens"), machine.path("aside")).unwrap();
        symlink("foreign", machine.path("tokens")).unwrap();
        fs::remove_file(machine.path("tokens")).unwrap();
        fs::rename(machine.path("aside"), machine.path("tokens")).unwrap();
    })
    .await;
    assert!(outcomes.keys().iter().all(|key| key == KEY));
}

#[tokio::test]
async fn of_a_file_that_grows_while_it_is_read_never_more_than_the_limit_is_sent() {
    let machine = Arc::new(Machine::new());
    fs::write(machine.path("tokens/x.key"), "k").unwrap();
    let outcomes = ask_while(&machine, |machine| {
        let mut file = File::options().write(true).truncate(true).open(machine.path("tokens/x.key")).unwrap();
        for _ in 0..40 {
            file.write_all(&[b'k'; 128]).unwrap();
        }
    })
    .await;
    assert!(outcomes.keys().iter().all(|key| (1..=4096).contains(&key.len())));
    let seen = |kind| outcomes.refusals.contains(&kind);
    assert!(seen(FileErrorKind::TooLarge), "it was never met after it had grown");
}
