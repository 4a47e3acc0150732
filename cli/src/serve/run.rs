//! Serving until a signal comes.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use managed_identity_core::{Error, Identity, TokenProvider as _, TokenRequest};
use managed_identity_simulator::program::EndSignals;

use super::answer::{self, Answer};
use super::arguments::ServeArguments;
use super::clients::Clients;
use super::contract::{Contract, Wanted};
use super::counts::Counts;
use super::environment_file::EnvironmentFile;
use super::header::Header;
use super::listen::{Listener, Stream};
use super::notify;
use crate::credential::Credential;
use crate::failure::Failure;
use crate::runtime::block_on;

/// How long a client may take to send the head of a request.
const HEAD: Duration = Duration::from_secs(10);
/// How long is waited when no connection can be taken, for lack of file handles say.
const TAKE_AGAIN: Duration = Duration::from_millis(100);

/// What every connection needs.
struct Server {
    clients: Clients,
    contract: Contract,
    credential: Credential,
    counts: Counts,
}

pub(crate) fn execute(arguments: &ServeArguments) -> Result<(), Failure> {
    let credential = Credential::of(&arguments.credential)?;
    let identity = arguments.credential.identity.identity(&managed_identity_fs::environment()).map_err(Error::from)?;
    let contract = Contract {
        header: Header::made()?,
        resources: arguments.allow_resource.clone(),
        identity: match identity {
            Identity::ClientId(id) | Identity::ObjectId(id) | Identity::ResourceId(id) => Some(id),
            _ => None,
        },
    };
    let clients = Clients(arguments.allow_from.clone());
    let server = Arc::new(Server { clients, contract, credential, counts: Counts::default() });
    block_on(serve(server, arguments))?
}

async fn serve(server: Arc<Server>, arguments: &ServeArguments) -> Result<(), Failure> {
    let mut end = EndSignals::listen().map_err(Failure::Runtime)?;
    let listener = Listener::open(arguments, &server.clients).await?;
    let variables = listener.variables().map_err(Failure::Runtime)?;
    let lines = format!("{variables}IDENTITY_HEADER={}\n", server.contract.header.expose());
    let file = EnvironmentFile::write(&arguments.write_env, &lines)?;
    notify::ready();
    let connections = GracefulShutdown::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, client)) => speak(stream, client, Arc::clone(&server), &connections),
                Err(cause) => {
                    tracing::warn!(%cause, "no connection could be taken");
                    tokio::time::sleep(TAKE_AGAIN).await;
                }
            },
            _ = end.next() => break,
        }
    }
    notify::stopping();
    // Nobody finds the way any more; whoever has, may finish.
    drop((listener, file));
    let _ = tokio::time::timeout(arguments.grace.time, connections.shutdown()).await;
    Ok(())
}

/// Speaks with a client on a task of its own.
fn speak(stream: Box<dyn Stream>, client: Option<IpAddr>, server: Arc<Server>, connections: &GracefulShutdown) {
    let service = service_fn(move |request: Request<Incoming>| {
        let server = Arc::clone(&server);
        async move { Ok::<_, Infallible>(server.answer(client, &request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        // A client may hang up at any time.
        let _ = connection.await;
    });
}

impl Server {
    async fn answer<B>(&self, client: Option<IpAddr>, request: &Request<B>) -> Answer {
        let headers: &HeaderMap = request.headers();
        let judged = self.clients.admit(client);
        let judged = judged.and_then(|()| self.contract.judge(request.method(), request.uri(), headers));
        let answer = match judged {
            Ok(Wanted::Metrics) => return answer::text(self.counts.text(&self.credential.metrics())),
            Ok(Wanted::Token { resource }) => self.token(&resource).await,
            Err(refusal) => answer::refusal(&refusal),
        };
        tracing::debug!(status = answer.status().as_u16(), path = request.uri().path(), "answered a client");
        self.counts.add(answer.status().as_u16());
        answer
    }

    async fn token(&self, resource: &str) -> Answer {
        let request = match TokenRequest::for_resource(resource) {
            Ok(request) => request,
            Err(error) => return answer::failure(&error.into()),
        };
        match self.credential.provider.get_token(&request).await {
            Ok(token) => answer::token(&token),
            Err(error) => answer::failure(&error),
        }
    }
}
