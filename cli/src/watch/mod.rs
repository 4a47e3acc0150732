//! `watch`: notices when tokens begin to fail, long before those that programs have run out.

mod arguments;
mod hook;
mod run;
mod state;

pub(crate) use arguments::{WatchArguments, WatchFormat};
pub(crate) use run::execute;
