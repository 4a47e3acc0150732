//! The bodies of answers, whole and faulty.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::time::{Interval, interval};

/// Bytes of a piece of a huge or endless body.
const PIECE: usize = 16 * 1024;
static FILLER: [u8; PIECE] = [b' '; PIECE];

/// The body of an answer.
pub(crate) enum AnswerBody {
    /// All of it at once.
    Whole(Option<Bytes>),
    /// These bytes, then an end that comes before the announced length.
    BrokenOff { start: Option<Bytes>, flushed: bool },
    /// So many bytes of white space.
    Filler { left: u64 },
    /// White space for as long as somebody reads.
    Endless(Interval),
}

impl AnswerBody {
    pub(crate) fn whole(bytes: Vec<u8>) -> Self {
        Self::Whole(Some(bytes.into()).filter(|bytes: &Bytes| !bytes.is_empty()))
    }

    pub(crate) fn endless() -> Self {
        // Slow enough to leave the processor to the client under test, fast enough to pass any limit soon.
        Self::Endless(interval(Duration::from_millis(1)))
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let piece = match self.get_mut() {
            Self::Whole(bytes) => bytes.take(),
            Self::BrokenOff { start, flushed } => {
                let piece = start.take();
                if piece.is_none() && !*flushed {
                    // One turn without progress makes the connection send what it has before it breaks off.
                    *flushed = true;
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                piece
            }
            Self::Filler { left: 0 } => None,
            Self::Filler { left } => {
                let size = usize::try_from(*left).unwrap_or(PIECE).min(PIECE);
                *left -= size as u64;
                Some(Bytes::from_static(&FILLER[..size]))
            }
            Self::Endless(interval) => {
                std::task::ready!(interval.poll_tick(context));
                Some(Bytes::from_static(&FILLER))
            }
        };
        Poll::Ready(piece.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Self::Filler { left } => SizeHint::with_exact(*left),
            Self::BrokenOff { .. } | Self::Endless(_) => SizeHint::default(),
        }
    }
}
