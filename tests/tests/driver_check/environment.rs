//! A test whose environment names a proxy.

use std::env;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;

use tokio::net::TcpSocket;

const VARIABLE: &str = "HTTP_PROXY";

/// Does `test` in a process whose environment names a proxy on a port of this machine where nobody listens yet: the test of
/// this name runs itself once more, since a process cannot change its environment safely.
pub(crate) fn with_proxy(name: &str, test: impl FnOnce()) {
    if env::var(VARIABLE).is_ok_and(|url| url.starts_with("http://127.0.0.1:")) {
        return test();
    }
    // Reserved here, so that nobody else gets it; who listens there says that the port may be shared.
    let reserved = TcpSocket::new_v4().unwrap();
    #[cfg(not(windows))]
    reserved.set_reuseaddr(true).unwrap();
    reserved.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let url = format!("http://{}", reserved.local_addr().unwrap());
    let mut again = Command::new(env::current_exe().unwrap());
    again.args(["--exact", name, "--nocapture"]).env(VARIABLE, url);
    let output = again.output().unwrap();
    let (said, complaint) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("1 passed"), "{said}{complaint}");
}
