//! The metadata services of other clouds, by the headers that they send.

use crate::kind::ForeignService;

/// The other cloud whose metadata service sends this header.
pub(super) fn by_header(name: &str, value: &[u8]) -> Option<ForeignService> {
    let starts = |start: &str| value.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start.as_bytes()));
    if name.eq_ignore_ascii_case("server") && starts("EC2ws") {
        Some(ForeignService::AmazonEc2)
    } else if name.eq_ignore_ascii_case("metadata-flavor") && starts("Google") {
        Some(ForeignService::GoogleCloud)
    } else {
        None
    }
}
