//! Services that answer at an address where one of Azure's was expected.

use core::fmt;

/// A service that answered in the place of the one that was asked, known by what only it says. `Display` gives its name for
/// people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ForeignService {
    /// The metadata service of Amazon EC2, which has the address of Azure's.
    AmazonEc2,
    /// The proxy through which Docker Desktop leads the requests of its containers.
    DockerDesktop,
    /// The metadata service of Google Cloud, which has the address of Azure's.
    GoogleCloud,
}

impl fmt::Display for ForeignService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AmazonEc2 => "the metadata service of Amazon EC2",
            Self::DockerDesktop => "the proxy of Docker Desktop",
            Self::GoogleCloud => "the metadata service of Google Cloud",
        })
    }
}
