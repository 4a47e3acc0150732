//! What happens to a fleet.

use std::ops::{Range, RangeInclusive};

use crate::time::{HOUR, MINUTE, Millis, SECOND};

/// What becomes of requests for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// All is well.
    Fair,
    /// The authority answers 429, with this `Retry-After` if there is one.
    Throttled {
        /// In milliseconds.
        retry_after: Option<Millis>,
    },
    /// The endpoints refuse connections.
    Down,
    /// The authority takes this much longer, in milliseconds.
    Slow(Millis),
}

/// What happens to a fleet, and in which part of it is measured. Times are in milliseconds.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// A word for it.
    pub name: &'static str,
    /// What happens, for people.
    pub what: &'static str,
    /// The programs are started within this.
    pub started_within: Millis,
    /// One program in this many is started again each hour.
    pub restarted_hourly: Option<u32>,
    /// How long a token lives.
    pub life: RangeInclusive<Millis>,
    /// By how much clocks are ahead or behind, at most.
    pub clocks: Millis,
    /// The weather, and when.
    pub weather: (Weather, Range<Millis>),
    /// One token in this many programs is given by the authority in a second; others are refused with 429.
    pub programs_for_capacity: Option<u32>,
    /// The `Retry-After` of that.
    pub beyond_capacity: Option<Millis>,
    /// What counts.
    pub measured: Range<Millis>,
}

/// Where a fleet has come to an even state.
const SETTLED: Millis = 4 * HOUR;

impl Scenario {
    /// A fleet that was started at leisure, with tokens of about an hour, of which nothing has happened yet.
    fn quiet(name: &'static str, what: &'static str) -> Self {
        Self {
            name,
            what,
            started_within: 2 * HOUR,
            restarted_hourly: Some(24),
            life: HOUR..=HOUR,
            clocks: 0,
            weather: (Weather::Fair, 0..0),
            programs_for_capacity: None,
            beyond_capacity: None,
            measured: SETTLED..SETTLED + 2 * HOUR,
        }
    }

    fn under(self, weather: Weather, time: Millis) -> Self {
        Self { weather: (weather, SETTLED..SETTLED + time), ..self }
    }

    /// All of them, in the order of the tables.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let restart = |name, what, beyond_capacity| Self {
            started_within: 10 * SECOND,
            restarted_hourly: None,
            life: 24 * HOUR..=24 * HOUR,
            programs_for_capacity: Some(250),
            beyond_capacity,
            measured: 0..HOUR,
            ..Self::quiet(name, what)
        };
        vec![
            restart(
                "restart",
                "A whole region is started again within ten seconds, with empty caches everywhere. The authority gives 400 tokens \
                 a second and answers 429 to the rest.",
                None,
            ),
            restart("restart-retry-after", "The same, and the 429 says `Retry-After: 30`.", Some(30 * SECOND)),
            Self::quiet("throttled", "The authority answers 429 for an hour.")
                .under(Weather::Throttled { retry_after: None }, HOUR),
            Self::quiet("throttled-retry-after", "The same, with `Retry-After: 60`.")
                .under(Weather::Throttled { retry_after: Some(60 * SECOND) }, HOUR),
            Self::quiet("down", "Every endpoint refuses connections for ten minutes.")
                .under(Weather::Down, 10 * MINUTE),
            Self {
                restarted_hourly: None,
                ..Self::quiet("slow", "The authority takes 20 seconds for each token, for half an hour.")
            }
            .under(Weather::Slow(20 * SECOND), 30 * MINUTE),
            Self {
                clocks: 10 * MINUTE,
                ..Self::quiet("clocks", "Clocks are up to ten minutes ahead or behind. Nothing else happens.")
            },
            Self {
                started_within: 10 * SECOND,
                restarted_hourly: None,
                measured: MINUTE..6 * HOUR,
                ..Self::quiet(
                    "together",
                    "All programs got their first token within ten seconds, so that all tokens expire together. Six hours from then on.",
                )
            },
            Self {
                started_within: 10 * SECOND,
                restarted_hourly: None,
                life: 24 * HOUR..=24 * HOUR,
                measured: MINUTE..48 * HOUR,
                ..Self::quiet("together-long", "The same with tokens that live a day. Two days from then on.")
            },
        ]
    }

    /// An ordinary day, for the stopwatch.
    #[must_use]
    pub fn day() -> Self {
        Self { measured: 0..24 * HOUR, ..Self::quiet("day", "An ordinary day.") }
    }

    pub(crate) fn weather_at(&self, now: Millis) -> Weather {
        let (weather, when) = &self.weather;
        if when.contains(&now) { *weather } else { Weather::Fair }
    }
}
