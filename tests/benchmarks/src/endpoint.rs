//! A token endpoint on loopback that costs next to nothing, so that what is measured is the client.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use crate::answer;

/// Listens until the process ends.
pub struct LoopbackEndpoint {
    address: SocketAddr,
}

impl LoopbackEndpoint {
    /// Answers every request with a token, as App Service does.
    pub fn app_service() -> std::io::Result<Self> {
        Self::start(None)
    }

    /// Answers with a token after a challenge to read `key_file`, as Azure Arc's agent does.
    pub fn azure_arc(key_file: PathBuf) -> std::io::Result<Self> {
        Self::start(Some(key_file))
    }

    fn start(key_file: Option<PathBuf>) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let body = answer();
        let token = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let challenge = key_file.map(|file| {
            let file = file.display();
            format!("HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Basic realm={file}\r\ncontent-length: 0\r\n\r\n")
        });
        let answers = Arc::new(Answers { challenge, token });
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let answers = Arc::clone(&answers);
                // An error is the client's going away.
                thread::spawn(move || answers.serve(connection).ok());
            }
        });
        Ok(Self { address })
    }

    pub fn url(&self) -> String {
        format!("http://{}/msi/token", self.address)
    }
}

struct Answers {
    challenge: Option<String>,
    token: String,
}

impl Answers {
    fn serve(&self, connection: TcpStream) -> std::io::Result<()> {
        connection.set_nodelay(true)?;
        let mut sink = connection.try_clone()?;
        let mut lines = BufReader::new(connection).lines();
        let mut authorized = false;
        while let Some(line) = lines.next().transpose()? {
            authorized |= line.starts_with("authorization:");
            if line.is_empty() {
                let answer = self.challenge.as_ref().filter(|_| !authorized).unwrap_or(&self.token);
                sink.write_all(answer.as_bytes())?;
                authorized = false;
            }
        }
        Ok(())
    }
}
