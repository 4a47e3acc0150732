//! A token endpoint on loopback that costs next to nothing, so that what is measured is the client.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use crate::answer;

/// How many connections it serves at once.
const THREADS: usize = 4;

/// What becomes of a connection after a token was sent on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    Kept,
    Closed,
}

/// Listens until the process ends.
pub struct LoopbackEndpoint {
    address: SocketAddr,
}

impl LoopbackEndpoint {
    /// Answers every request with a token, as App Service does.
    pub fn app_service(connection: Connection) -> std::io::Result<Self> {
        Self::start(None, connection)
    }

    /// Answers with a token after a challenge to read `key_file`, as Azure Arc's agent does.
    pub fn azure_arc(key_file: &Path, connection: Connection) -> std::io::Result<Self> {
        Self::start(Some(key_file), connection)
    }

    fn start(key_file: Option<&Path>, connection: Connection) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let server = Arc::new(Server { listener, answers: Answers::new(key_file, connection) });
        for _ in 0..THREADS {
            let server = Arc::clone(&server);
            thread::spawn(move || server.run());
        }
        Ok(Self { address })
    }

    pub fn url(&self) -> String {
        format!("http://{}/msi/token", self.address)
    }
}

struct Server {
    listener: TcpListener,
    answers: Answers,
}

impl Server {
    fn run(&self) {
        for connection in self.listener.incoming().flatten() {
            // An error is the client's going away.
            self.answers.serve(connection).ok();
        }
    }
}

struct Answers {
    challenge: Option<String>,
    token: String,
    connection: Connection,
}

impl Answers {
    fn new(key_file: Option<&Path>, connection: Connection) -> Self {
        let challenge = key_file.map(|file| {
            let file = file.display();
            format!("HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Basic realm={file}\r\ncontent-length: 0\r\n\r\n")
        });
        let body = answer();
        let head = match connection {
            Connection::Kept => "HTTP/1.1 200 OK",
            Connection::Closed => "HTTP/1.1 200 OK\r\nconnection: close",
        };
        let len = body.len();
        let token = format!("{head}\r\ncontent-type: application/json\r\ncontent-length: {len}\r\n\r\n{body}");
        Self { challenge, token, connection }
    }

    fn serve(&self, mut connection: TcpStream) -> std::io::Result<()> {
        connection.set_nodelay(true)?;
        let mut lines = BufReader::new(connection.try_clone()?).lines();
        let mut authorized = false;
        while let Some(line) = lines.next().transpose()? {
            authorized |= line.starts_with("authorization:");
            if !line.is_empty() {
                continue;
            }
            match &self.challenge {
                Some(challenge) if !authorized => connection.write_all(challenge.as_bytes())?,
                _ => {
                    connection.write_all(self.token.as_bytes())?;
                    if self.connection == Connection::Closed {
                        break;
                    }
                }
            }
            authorized = false;
        }
        Ok(())
    }
}
