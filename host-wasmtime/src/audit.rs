//! Who got which token, and who did not.

use core::fmt;

use managed_identity_core::{Identity, SourceKind, UnixTime};

use crate::outcome::NoToken;

/// Is told of each token that is lent or refused.
///
/// Every `Fn(&Loan<'_>)` that can be shared between threads is one. It is called while a plug-in waits, so it must not
/// take long.
pub trait Audit: Send + Sync {
    /// Takes note of one request for a token.
    fn record(&self, loan: &Loan<'_>);
}

impl<F: Fn(&Loan<'_>) + Send + Sync> Audit for F {
    fn record(&self, loan: &Loan<'_>) {
        self(loan);
    }
}

/// One request for a token, and what came of it. There is no token in it, and no digest of one.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Loan<'a> {
    /// The plug-in, by the name its host gave it.
    pub plugin: &'a str,
    /// What the token is for, without `/.default`. Of a text that no resource can be, its beginning.
    pub resource: &'a str,
    /// As which identity; `None` where the request names none that exists.
    pub identity: Option<&'a Identity>,
    /// How the plug-in uses it.
    pub form: Form,
    /// What came of it.
    pub outcome: Outcome<'a>,
}

/// How a plug-in uses a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// It gets the token.
    Token,
    /// The host puts it into a request of the plug-in, which does not see it.
    Header,
}

/// What came of a request for a token.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Outcome<'a> {
    /// A token was lent.
    Lent {
        /// Where the host has it from.
        source: SourceKind,
        /// When it expires.
        expires_on: UnixTime,
    },
    /// None was, for this reason.
    NotLent(&'a NoToken),
    /// The plug-in ended, or was ended, before there was one.
    Abandoned,
}

impl fmt::Display for Loan<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = match self.form {
            Form::Token => "a token",
            Form::Header => "a header",
        };
        write!(f, "{} asks for {form} for {:?}", self.plugin, self.resource)?;
        if let Some(id) = self.identity.and_then(Identity::id) {
            write!(f, " as {id:?}")?;
        }
        match self.outcome {
            Outcome::Lent { source, expires_on } => {
                write!(f, ": lent, from {}, until {}", source.as_str(), expires_on.as_secs())
            }
            Outcome::NotLent(reason) => write!(f, ": {reason}"),
            Outcome::Abandoned => write!(f, ": it did not wait for it"),
        }
    }
}
