//! `request`: a REST call with the token that its host wants.

mod arguments;
mod audience;
mod body;
mod send;

pub(crate) use arguments::RequestArguments;
pub(crate) use send::execute;
