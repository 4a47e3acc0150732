//! A request's body on its way to the host, which takes as much at a time as it has room for.

use managed_identity_core::{TransportError, TransportErrorKind};
use wasip2::http::types::OutgoingBody;
use wasip2::io::poll::Pollable;
use wasip2::io::streams::{OutputStream, StreamError};

use super::failure;

/// What is left of a body. Dropped before its end it tells the host that the rest will never come, upon which hosts end the
/// connection; so it is kept until the answer has been read.
pub(super) struct Upload<'a> {
    // Children before parents, or the host ends the component.
    stream: Option<OutputStream>,
    body: Option<OutgoingBody>,
    rest: &'a [u8],
}

impl<'a> Upload<'a> {
    pub(super) fn new(body: OutgoingBody, content: &'a [u8]) -> Result<Self, TransportError> {
        let refused = |()| TransportError::new(TransportErrorKind::Protocol, "the host takes no body");
        if content.is_empty() {
            end(body)?;
            return Ok(Self { stream: None, body: None, rest: content });
        }
        Ok(Self { stream: Some(body.write().map_err(refused)?), body: Some(body), rest: content })
    }

    /// What to wait for before [`advance`](Self::advance) can do more; `None` when there is no more to do.
    pub(super) fn room(&self) -> Option<Pollable> {
        self.stream.as_ref().map(OutputStream::subscribe)
    }

    /// Hands over as much as there is room for, without waiting.
    ///
    /// That the stream closes is no failure: what the peer does not want to read it may still answer, and if it does not,
    /// what became of the request is told in the place of an answer.
    pub(super) fn advance(&mut self) -> Result<(), TransportError> {
        let Some(stream) = &self.stream else { return Ok(()) };
        match hand_over(stream, &mut self.rest) {
            Ok(false) => Ok(()),
            Ok(true) => {
                self.stream = None;
                self.body.take().map_or(Ok(()), end)
            }
            Err(_) => {
                self.stream = None;
                Ok(())
            }
        }
    }
}

/// Whether the host has all of it and has passed it on.
fn hand_over(stream: &OutputStream, rest: &mut &[u8]) -> Result<bool, StreamError> {
    loop {
        let room = usize::try_from(stream.check_write()?).unwrap_or(usize::MAX);
        if room == 0 || rest.is_empty() {
            return Ok(room > 0);
        }
        let (now, later) = rest.split_at(room.min(rest.len()));
        stream.write(now)?;
        *rest = later;
        // From here on there is no room until all has been passed on.
        if later.is_empty() {
            stream.flush()?;
        }
    }
}

fn end(body: OutgoingBody) -> Result<(), TransportError> {
    OutgoingBody::finish(body, None).map_err(|code| failure::of_code(&code))
}
