//! `serve`: tokens for containers and programs of this machine that speak App Service's contract, out of one cache.
//!
//! <https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference>

mod answer;
mod arguments;
mod clients;
mod contract;
mod counts;
mod environment_file;
mod header;
mod listen;
mod notify;
mod run;
#[cfg(unix)]
mod socket;

pub(crate) use arguments::ServeArguments;
pub(crate) use run::execute;
