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

#[cfg(test)]
mod tests {
    use super::by_header;
    use crate::kind::ForeignService;

    #[test]
    fn a_cloud_is_known_by_a_header_of_its_own() {
        assert_eq!(by_header("Server", b"EC2ws"), Some(ForeignService::AmazonEc2));
        assert_eq!(by_header("Metadata-Flavor", b"Google"), Some(ForeignService::GoogleCloud));
        for (name, value) in
            [("server", &b"IMDS/150"[..]), ("via", b"EC2ws"), ("server", b"Google"), ("via", b"Google")]
        {
            assert_eq!(by_header(name, value), None, "{name}");
        }
    }
}
