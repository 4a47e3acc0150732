//! The slowest hundredth of ten thousand tokens from `serve`, beside that of an answer of the same server that never changes:
//! the refusal of a caller without the secret header.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::Instant;

use managed_identity_simulator::{SimulatedSource, Simulator};

use crate::measure::{Outcome, Ratio, program, quantile, turns};

const RESOURCE: &str = "https://vault.azure.net";
const CALLERS: usize = 8;
const ROUNDS: usize = 25;
/// By each caller in each round.
const REQUESTS: usize = 50;

pub(crate) fn measure() -> Outcome<Ratio> {
    let simulator = Simulator::builder(SimulatedSource::Imds).start()?;
    let served = Served::start(&simulator)?;
    let token = format!("X-IDENTITY-HEADER: {}\r\n", served.header);
    let taken = turns(ROUNDS, [&mut || callers(&served, &token, "200"), &mut || callers(&served, "", "401")])?;
    if simulator.request_count() != 1 {
        return Err(format!("the source was asked {} times", simulator.request_count()).into());
    }
    let [token, refusal] = taken.map(|taken| quantile(taken, 0.99));
    Ok(Ratio { name: "served-token-to-static-answer-p99", ours: token, peer: refusal, limit: 3.0 })
}

/// The milliseconds of each request, when all callers ask at once.
fn callers(served: &Served, header: &str, status: &str) -> Outcome<Vec<f64>> {
    let taken: Result<Vec<_>, String> = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS).map(|_| scope.spawn(|| caller(served, header, status))).collect();
        let taken = callers.into_iter().map(|caller| caller.join().map_err(|_| "a caller panicked".to_owned()));
        taken.map(|taken| taken?.map_err(|error| error.to_string())).collect()
    });
    Ok(taken?.concat())
}

fn caller(served: &Served, header: &str, status: &str) -> std::io::Result<Vec<f64>> {
    let mut connection = BufReader::new(TcpStream::connect(&served.address)?);
    connection.get_ref().set_nodelay(true)?;
    let path = format!("{}?api-version=2019-08-01&resource={RESOURCE}", served.path);
    let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{header}\r\n", served.address);
    (0..REQUESTS)
        .map(|_| {
            let begun = Instant::now();
            connection.get_mut().write_all(request.as_bytes())?;
            read_answer(&mut connection, status)?;
            Ok(begun.elapsed().as_secs_f64() * 1e3)
        })
        .collect()
}

fn read_answer(connection: &mut BufReader<TcpStream>, status: &str) -> std::io::Result<()> {
    let mut line = String::new();
    connection.read_line(&mut line)?;
    if line.split(' ').nth(1) != Some(status) {
        return Err(std::io::Error::other(format!("not {status}: {line}")));
    }
    let mut length = 0;
    while line != "\r\n" {
        line.clear();
        connection.read_line(&mut line)?;
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().map_err(std::io::Error::other)?;
        }
    }
    connection.read_exact(&mut vec![0; length])
}

/// A running `serve`.
struct Served {
    child: Child,
    address: String,
    path: String,
    header: String,
}

impl Served {
    fn start(simulator: &Simulator) -> Outcome<Self> {
        let mut command = program(simulator, &["serve", "--allow-resource", RESOURCE, "--write-env", "-"]);
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no standard output")?).lines();
        let mut value = |name: &str| -> Outcome<String> {
            let line = lines.next().ok_or("it has ended")??;
            Ok(line.strip_prefix(name).ok_or_else(|| format!("not {name}"))?.to_owned())
        };
        let endpoint = value("IDENTITY_ENDPOINT=http://")?;
        let header = value("IDENTITY_HEADER=")?;
        let (address, path) = endpoint.split_once('/').ok_or("no path")?;
        Ok(Self { child, address: address.to_owned(), path: format!("/{path}"), header })
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
