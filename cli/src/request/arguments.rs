//! The arguments of `request`.

use clap::Args;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};

use crate::options::{CredentialArguments, SimulatedAccount, SimulatedVault};

#[derive(Debug, Args)]
pub(crate) struct RequestArguments {
    /// GET, POST, PUT, PATCH, DELETE or HEAD
    #[arg(value_parser = method)]
    pub(crate) method: Method,
    /// The address, with https
    pub(crate) url: String,
    /// File with the body of the request; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) body: Option<String>,
    /// A header of the request, such as 'If-Match: *'; may be given more than once
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = header)]
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// Follow the links to further pages and print each page as a line of JSON
    #[arg(long, conflicts_with = "body")]
    pub(crate) pages: bool,
    /// Resource of the token, where it is not the one that the host is known for
    #[arg(long, value_name = "RESOURCE")]
    pub(crate) resource: Option<String>,
    #[arg(
        long,
        value_name = "HOST",
        requires = "resource",
        help = "Send the token to this host, which is not known to be one of Azure's: whoever is there can use it until it \\
                ends"
    )]
    pub(crate) dangerous_trust_host: Option<String>,
    #[command(flatten)]
    pub(crate) vault: SimulatedVault,
    #[command(flatten)]
    pub(crate) account: SimulatedAccount,
    #[command(flatten)]
    pub(crate) credential: CredentialArguments,
}

fn method(text: &str) -> Result<Method, &'static str> {
    let known = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD];
    known.into_iter().find(|it| it.as_str().eq_ignore_ascii_case(text)).ok_or("it is no method of a REST call")
}

fn header(text: &str) -> Result<(HeaderName, HeaderValue), &'static str> {
    let (name, value) = text.split_once(':').ok_or("it is not NAME: VALUE")?;
    let name = HeaderName::try_from(name.trim()).map_err(|_| "its name is none of a header")?;
    if name == AUTHORIZATION {
        return Err("the token goes there");
    }
    let value = HeaderValue::try_from(value.trim()).map_err(|_| "its value is none of a header")?;
    Ok((name, value))
}
