//! Tells who answered, where that is not the service that was asked.

use super::message::HttpResponse;
use crate::kind::{FORBIDDEN, ForeignService, SourceKind};

/// What Docker Desktop says of a network, or of a host, that its containers cannot reach. Where the rest is translated, or
/// the machine is no Windows, this word is left.
const UNREACHABLE: &str = "unreachable";
const UNREACHABLE_BY_DOCKER_DESKTOP: &str = "a socket operation was attempted to an unreachable ";

/// The service that answered in the place of this source.
pub(crate) fn sender(response: &HttpResponse, source: SourceKind) -> Option<ForeignService> {
    response.sent_by.or_else(|| says_unreachable(response, source).then_some(ForeignService::DockerDesktop))
}

/// Docker Desktop answers so in the place of every address that it cannot reach, in the reason phrase or in the body. The
/// metadata service itself never says that it is unreachable; other services might say it of others.
fn says_unreachable(response: &HttpResponse, source: SourceKind) -> bool {
    let words = match source {
        SourceKind::Imds => UNREACHABLE,
        _ => UNREACHABLE_BY_DOCKER_DESKTOP,
    };
    let said = |text: &[u8]| text.windows(words.len()).any(|part| part.eq_ignore_ascii_case(words.as_bytes()));
    response.status == FORBIDDEN && (said(response.reason.as_bytes()) || said(response.body()))
}

#[cfg(test)]
mod tests {
    use super::{ForeignService, HttpResponse, SourceKind, sender};

    const DOCKER: &str = "connecting to 169.254.169.254:80: dial tcp 169.254.169.254:80: connectex: A socket operation was \
                          attempted to an unreachable host.";

    #[test]
    fn other_clouds_are_known_by_their_headers() {
        for (name, value, service) in [
            ("Server", "EC2ws", Some(ForeignService::AmazonEc2)),
            ("Metadata-Flavor", "Google", Some(ForeignService::GoogleCloud)),
            ("Server", "IMDS/150.870.65.1854", None),
            ("Via", "EC2ws", None),
        ] {
            let response = HttpResponse::new(404, "").with_header(name, value.as_bytes());
            assert_eq!(sender(&response, SourceKind::Imds), service, "{name}: {value}");
        }
    }

    #[test]
    fn docker_desktop_is_known_by_its_words() {
        let body = |status, text| HttpResponse::new(status, text);
        let reason = |text| HttpResponse::new(403, "").with_reason(text);
        let docker = Some(ForeignService::DockerDesktop);
        assert_eq!(sender(&body(403, DOCKER), SourceKind::Imds), docker);
        assert_eq!(sender(&reason(DOCKER), SourceKind::AppService), docker);
        assert_eq!(sender(&body(403, "connect: network is Unreachable"), SourceKind::Imds), docker);
        assert_eq!(sender(&body(403, "the vault is unreachable"), SourceKind::AppService), None);
        assert_eq!(sender(&body(500, DOCKER), SourceKind::Imds), None);
        assert_eq!(sender(&reason("Forbidden"), SourceKind::Imds), None);
    }
}
