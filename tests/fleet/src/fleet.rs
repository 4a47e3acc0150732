//! The run of a fleet.

use managed_identity_core::ConfigError;

use crate::answer::Answer;
use crate::library::{Act, Client, Input, Library, Served};
use crate::measure::Outcome;
use crate::ours::{Ours, Recipe};
use crate::peer::Peer;
use crate::queue::{Event, Queue};
use crate::rules::Rules;
use crate::scenario::Scenario;
use crate::service::Service;
use crate::time::{HOUR, Millis, SECOND};

/// How many programs share a machine, and so an endpoint.
const PROGRAMS_ON_A_MACHINE: usize = 4;

/// How often a program wants a token, unless it is still waiting for one.
const PERIOD: Millis = 10 * SECOND;

/// How many programs there are, and the seed of everything random.
#[derive(Clone, Copy, Debug)]
pub struct Fleet {
    /// How many programs.
    pub programs: u32,
    /// The seed.
    pub seed: u64,
}

/// Runs a fleet whose programs use a library through a scenario.
///
/// # Errors
/// When this project's client cannot be configured.
pub fn run(fleet: Fleet, library: Library, scenario: &Scenario) -> Result<Outcome, ConfigError> {
    Ok(match Rules::of(library) {
        Some(rules) => Run::new(fleet, scenario, |seed, ahead| Peer::new(rules, seed, ahead)).finish(),
        None => {
            let recipe = Recipe::new()?;
            Run::new(fleet, scenario, |seed, ahead| Ours::new(&recipe, seed, ahead)).finish()
        }
    })
}

/// A program, and what it has been through.
#[derive(Debug)]
struct Program<C> {
    client: C,
    ahead: i64,
    life: u8,
    /// The first of its calls, after which the others come in even distances.
    first_call: Millis,
    /// A call waits for the flow.
    waits: bool,
    /// What the flow will be told.
    input: Input,
    without_since: Option<Millis>,
    longest_without: Millis,
}

struct Run<'a, C, M> {
    scenario: &'a Scenario,
    capacity: Option<u64>,
    make: M,
    random: fastrand::Rng,
    programs: Vec<Program<C>>,
    service: Service,
    queue: Queue,
    calls: u64,
    failed: u64,
}

impl<'a, C: Client, M: Fn(u64, i64) -> C> Run<'a, C, M> {
    fn new(fleet: Fleet, scenario: &'a Scenario, make: M) -> Self {
        let mut random = fastrand::Rng::with_seed(fleet.seed);
        let mut queue = Queue::default();
        let mut programs = Vec::with_capacity(fleet.programs as usize);
        let clocks = i64::try_from(scenario.clocks).unwrap_or(i64::MAX);
        for number in 0..fleet.programs {
            let first_call = random.u64(0..scenario.started_within);
            let ahead = random.i64(-clocks..=clocks);
            queue.push(first_call, number, 0, Event::Call);
            if let Some(hours) = scenario.restarted_hourly {
                let restart = random.u64(0..u64::from(hours) * HOUR);
                queue.push(restart, number, 0, Event::Restart);
            }
            let client = make(random.u64(..), ahead);
            let (input, without_since) = (Input::Awake, None);
            programs.push(Program {
                client,
                ahead,
                life: 0,
                first_call,
                waits: false,
                input,
                without_since,
                longest_without: 0,
            });
        }
        let machines = programs.len().div_ceil(PROGRAMS_ON_A_MACHINE);
        let service = Service::new(machines, scenario, random.u64(..));
        let capacity = scenario.programs_for_capacity.map(|many| u64::from(fleet.programs / many).max(1));
        Self { scenario, capacity, make, random, programs, service, queue, calls: 0, failed: 0 }
    }

    fn finish(mut self) -> Outcome {
        let end = self.scenario.measured.end;
        while let Some((now, number, life, event)) = self.queue.pop() {
            if now >= end {
                break;
            }
            let Some(program) = self.programs.get(number as usize) else { continue };
            match event {
                Event::Restart => self.restart(number, now),
                // What another life was still waiting for.
                _ if life != program.life => {}
                Event::Call => self.call(number, now),
                Event::Resume => self.resume(number, now),
            }
        }
        let mut without = Vec::with_capacity(self.programs.len());
        for program in &mut self.programs {
            program.ends_being_without(end, &self.scenario.measured);
            without.push(program.longest_without);
        }
        without.sort_unstable();
        Outcome {
            endpoints: self.service.at_endpoints.load(),
            authority: self.service.at_authority.load(),
            without,
            calls: self.calls,
            failed: self.failed,
        }
    }

    fn restart(&mut self, number: u32, now: Millis) {
        let seed = self.random.u64(..);
        let Some(program) = self.programs.get_mut(number as usize) else { return };
        if now < program.first_call {
            return;
        }
        program.client = (self.make)(seed, program.ahead);
        program.life += 1;
        program.waits = false;
        // Whoever is started again does not miss what it missed before.
        program.ends_being_without(now, &self.scenario.measured);
        self.queue.push(now, number, program.life, Event::Call);
    }

    fn call(&mut self, number: u32, now: Millis) {
        let Some(program) = self.programs.get_mut(number as usize) else { return };
        let (served, act) = program.client.call(now);
        if let Some(act) = act {
            self.act(number, act, now);
        }
        match served {
            Served::Later => {
                let Some(program) = self.programs.get_mut(number as usize) else { return };
                program.waits = true;
                program.is_without(now);
            }
            Served::Token { expires, until } => self.served(number, Some(expires), now, until),
            Served::Failed { until } => self.served(number, None, now, until),
        }
    }

    fn resume(&mut self, number: u32, now: Millis) {
        let Some(program) = self.programs.get_mut(number as usize) else { return };
        let act = program.client.resume(program.input, now);
        self.act(number, act, now);
    }

    fn act(&mut self, number: u32, act: Act, now: Millis) {
        let Some(program) = self.programs.get_mut(number as usize) else { return };
        let after = match act {
            Act::Send { limit } => {
                let machine = number as usize / PROGRAMS_ON_A_MACHINE;
                let (answer, time) = self.service.ask(machine, self.scenario, self.capacity, now);
                program.input = Input::Answer(if time > limit { Answer::Timeout } else { answer });
                time.min(limit)
            }
            Act::Sleep(time) => {
                program.input = Input::Awake;
                time
            }
            Act::End(outcome) => {
                if std::mem::take(&mut program.waits) {
                    self.served(number, outcome, now, now);
                }
                return;
            }
        };
        self.queue.push(now + after, number, program.life, Event::Resume);
    }

    /// A call has ended, and all that come until then end the same way.
    fn served(&mut self, number: u32, token: Option<Millis>, now: Millis, until: Millis) {
        let Some(program) = self.programs.get_mut(number as usize) else { return };
        let next = next_call(program.first_call, now.max(until.saturating_sub(1)).min(self.scenario.measured.end));
        let measured = &self.scenario.measured;
        // The one that has ended, and those until before `next` of which nothing more is said.
        let first = now.max(measured.start);
        let calls = u64::from(now >= measured.start) + calls_between(program.first_call, first, next);
        let good_until = token.unwrap_or_default();
        let good = match token {
            Some(expires) if expires >= next => calls,
            Some(expires) if expires > first => {
                calls - calls_between(program.first_call, expires.max(first), next).min(calls)
            }
            _ => 0,
        };
        self.calls += calls;
        self.failed += calls - good;
        if good_until > now {
            program.ends_being_without(now, measured);
            if good_until < next {
                program.is_without(good_until);
            }
        } else {
            program.is_without(now);
        }
        self.queue.push(next, number, program.life, Event::Call);
    }
}

impl<C> Program<C> {
    fn is_without(&mut self, now: Millis) {
        self.without_since.get_or_insert(now);
    }

    fn ends_being_without(&mut self, now: Millis, measured: &std::ops::Range<Millis>) {
        if let Some(since) = self.without_since.take()
            && now >= measured.start
        {
            self.longest_without = self.longest_without.max(now.saturating_sub(since));
        }
    }
}

/// The first call after a time.
fn next_call(first: Millis, after: Millis) -> Millis {
    first + (after.saturating_sub(first) / PERIOD + 1) * PERIOD
}

/// How many calls there are after `from` and before `to`.
fn calls_between(first: Millis, from: Millis, to: Millis) -> u64 {
    let next = next_call(first, from);
    if next >= to { 0 } else { (to - next).div_ceil(PERIOD) }
}
