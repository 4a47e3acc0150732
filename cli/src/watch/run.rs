//! Asking again and again.

use managed_identity_core::Error;
use serde::Serialize;

use super::arguments::{WatchArguments, WatchFormat};
use super::hook;
use super::state::State;
use crate::credential::Credential;
use crate::failure::Failure;
use crate::json::json_line;
use crate::output::print;
use crate::time::{date, now};

/// A change, as JSON.
#[derive(Serialize)]
struct Change<'a> {
    time: String,
    state: &'static str,
    message: &'a str,
    next_step: Option<&'a str>,
}

pub(crate) fn execute(arguments: &WatchArguments) -> Result<(), Failure> {
    let resource = arguments.audience.resource().map_err(Error::from)?;
    let mut state = State::default();
    let mut round = 0;
    loop {
        let outcome = ask(arguments, &resource);
        if state.take(outcome.is_ok(), arguments.failures.get()) {
            tell(arguments.output, outcome.as_ref())?;
            match outcome {
                Err(failure) if arguments.hook.is_empty() => return Err(failure),
                // What works from the start is no news.
                Ok(_) if round == 0 => {}
                outcome => hook::run(&arguments.hook, outcome.as_ref().err())?,
            }
        }
        round += 1;
        if arguments.rounds.is_some_and(|rounds| round >= rounds.get()) {
            return Ok(());
        }
        std::thread::sleep(arguments.every);
    }
}

/// Asks the source and not the cache, and looks at the machine anew: what has changed there is what is watched for.
fn ask(arguments: &WatchArguments, resource: &str) -> Result<String, Failure> {
    let token = Credential::of(&arguments.credential)?.token(resource)?;
    Ok(format!("a token from {}, until {}", token.source(), date(token.expires_on())))
}

fn tell(output: WatchFormat, outcome: Result<&String, &Failure>) -> Result<(), Failure> {
    let (state, message, next_step) = match outcome {
        Ok(message) => ("ok", message.clone(), None),
        Err(failure) => {
            let (message, next_step) = failure.told();
            ("failed", message, next_step)
        }
    };
    let time = date(now());
    let line = match output {
        WatchFormat::Text => format!("{time} {state}: {message}\n"),
        WatchFormat::Json => json_line(&Change { time, state, message: &message, next_step: next_step.as_deref() }),
    };
    print(line.as_bytes())
}
