//! Lists, page by page.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::refusal::Refusal;
use crate::answer::Answer;
use crate::request::Request;

/// The most items of a page, and as many as it has unless the client wants fewer.
const MOST: usize = 25;

/// A page of a list.
pub(super) struct Page {
    skip: usize,
    take: usize,
    version: String,
}

impl Page {
    /// The page that is asked for, in this api-version.
    pub(super) fn of(request: &Request, version: &str) -> Result<Self, Refusal> {
        let take = match request.parameter("maxresults").map(str::parse) {
            None => MOST,
            Some(Ok(take @ 1..=MOST)) => take,
            Some(_) => return Err(Refusal::bad_parameter("maxresults must be between 1 and 25")),
        };
        let skip = match request.parameter("$skiptoken").map(str::parse) {
            None => 0,
            Some(Ok(skip)) => skip,
            Some(Err(_)) => return Err(Refusal::bad_parameter("$skiptoken is not one of this vault")),
        };
        Ok(Self { skip, take, version: version.to_owned() })
    }

    /// The answer, where `url` is the address of the whole list.
    pub(super) fn answer(&self, url: &str, items: impl Iterator<Item = Value>) -> Answer {
        let mut items = items.skip(self.skip);
        let page: Vec<_> = items.by_ref().take(self.take).collect();
        let next = items.next().map(|_| {
            let Self { skip, take, version } = self;
            format!("{url}?api-version={version}&$skiptoken={}&maxresults={take}", skip + take)
        });
        Answer::json(StatusCode::OK, &json!({ "value": page, "nextLink": next }))
    }
}
