//! The endpoints of the machines, and the authority behind them.

use crate::answer::Answer;
use crate::measure::PerSecond;
use crate::scenario::{Scenario, Weather};
use crate::time::{Millis, SECOND};

/// An endpoint gives a token that it has as long as half of its life is left, as the documents say of the metadata service;
/// and one with this much left where the authority gives no other.
const LAST_RESORT: Millis = 300 * SECOND;

/// Every endpoint, and the authority.
#[derive(Debug)]
pub(crate) struct Service {
    /// What each machine's endpoint has: when its token came, and when it expires.
    machines: Vec<Option<(Millis, Millis)>>,
    random: fastrand::Rng,
    second: Millis,
    /// How many tokens were given in this second.
    given: u64,
    pub(crate) at_endpoints: PerSecond,
    pub(crate) at_authority: PerSecond,
}

impl Service {
    pub(crate) fn new(machines: usize, scenario: &Scenario, seed: u64) -> Self {
        let [at_endpoints, at_authority] = [(); 2].map(|()| PerSecond::within(scenario.measured.clone()));
        let random = fastrand::Rng::with_seed(seed);
        Self { machines: vec![None; machines], random, second: 0, given: 0, at_endpoints, at_authority }
    }

    /// What a request brings that is sent now, and after how long.
    pub(crate) fn ask(
        &mut self,
        machine: usize,
        scenario: &Scenario,
        capacity: Option<u64>,
        now: Millis,
    ) -> (Answer, Millis) {
        self.at_endpoints.count(now);
        let weather = scenario.weather_at(now);
        if weather == Weather::Down {
            return (Answer::NoConnection, 1);
        }
        let nearby = self.random.u64(5..20);
        let held = self.machines.get(machine).copied().flatten();
        if let Some((came, expires)) = held
            && now < came + (expires - came) / 2
        {
            return (Answer::Token { expires }, nearby);
        }
        self.at_authority.count(now);
        let (answer, far) = self.authority(scenario, weather, capacity, now);
        let answer = match (answer, held) {
            (Answer::Token { expires }, _) => {
                if let Some(held) = self.machines.get_mut(machine) {
                    *held = Some((now, expires));
                }
                answer
            }
            (_, Some((_, expires))) if expires > now + LAST_RESORT => Answer::Token { expires },
            _ => answer,
        };
        (answer, nearby + far)
    }

    fn authority(
        &mut self,
        scenario: &Scenario,
        weather: Weather,
        capacity: Option<u64>,
        now: Millis,
    ) -> (Answer, Millis) {
        let usual = self.random.u64(100..400);
        let latency = match weather {
            Weather::Slow(time) => time + usual,
            _ => usual,
        };
        if let Weather::Throttled { retry_after } = weather {
            return (Answer::Refused { status: 429, retry_after }, usual);
        }
        if now / SECOND != self.second {
            (self.second, self.given) = (now / SECOND, 0);
        }
        if capacity.is_some_and(|most| self.given >= most) {
            return (Answer::Refused { status: 429, retry_after: scenario.beyond_capacity }, usual);
        }
        self.given += 1;
        // It is made when half of the way is behind it.
        (Answer::Token { expires: now + latency / 2 + self.random.u64(scenario.life.clone()) }, latency)
    }
}
