//! The page and its server: a formula's circuit to look at, step through and turn the knobs of. docs/explorer.md describes it.
//!
//! It listens on this machine alone unless told otherwise, answers its own page only (`guard`), bounds what a request may cost
//! (`limits`), and no request reads or writes a file: the page is part of the binary (`assets`). The engine works in a
//! thread of its own (`worker`), so that a large formula holds up no connection.

mod array;
mod ask;
mod assets;
mod connections;
mod element;
mod guard;
pub mod limits;
mod look;
mod paths;
mod point;
mod prove;
mod routes;
pub mod run;
mod worker;

pub use point::Start;
pub use run::Run;

use guard::Guard;
use point::Engine;
use routes::Site;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use worker::Worker;

/// Which screen the page opens first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Page {
    /// A formula.
    #[default]
    Circuit,
    /// A training.
    Train,
}

/// What the page shows first.
#[derive(Clone, Debug, Default, Serialize)]
pub struct First {
    /// Which screen.
    pub page: Page,
    /// The formula.
    pub formula: String,
    /// Values by name, as JSON: numbers or nested lists.
    pub values: BTreeMap<String, serde_json::Value>,
    /// Names of stages that are open.
    pub open: Vec<String>,
}

/// What a server serves.
pub struct Setup {
    /// What the page shows first.
    pub first: First,
    /// Draws first values of inputs.
    pub draw: Start,
    /// A training to look at.
    pub run: Option<Run>,
    /// A folder with the page's files, read anew at each request in the place of those in the binary: for work on the page.
    pub folder: Option<PathBuf>,
}

/// What the page is told first.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    first: &'a First,
    /// Whether there is a training to look at.
    run: bool,
}

/// A server that runs until it is dropped.
pub struct Server {
    address: SocketAddr,
    token: Option<String>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts to serve formulas on this address; port 0 takes a free one.
    ///
    /// # Errors
    /// The address can't be had, or the system gives no thread or no random bytes.
    pub fn start(address: SocketAddr, first: &First, draw: Start) -> io::Result<Server> {
        Server::open(address, Setup { first: first.clone(), draw, run: None, folder: None })
    }

    /// The same with all that can be served.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub fn open(address: SocketAddr, setup: Setup) -> io::Result<Server> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let guard = Arc::new(Guard::new(address)?);
        let token = guard.token().map(String::from);
        let Setup { first, draw, run, folder } = setup;
        let run = run.map(Arc::new);
        let examples = run.as_ref().and_then(|run| run.examples());
        let worker = Worker::start(|| Engine::new(draw, examples))?;
        let start = Arc::new(serde_json::to_string(&Told { first: &first, run: run.is_some() })?);
        let folder = folder.map(Arc::from);
        let (stop, mut stopped) = watch::channel(false);
        let sockets = Arc::new(Semaphore::new(limits::SOCKETS));
        let all = Arc::clone(&sockets);
        let closing = stopped.clone();
        let router = routes::router(Site { guard, worker, start, run, folder, sockets, closing });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let thread = thread::Builder::new().name("explorer server".into()).spawn(move || {
            runtime.block_on(async {
                // Registering a socket that listens fails only outside of a runtime.
                if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
                    tokio::spawn(connections::serve(listener, router));
                    stopped.changed().await.ok();
                    // Pages are told; what still runs after that ends with the runtime.
                    timeout(limits::GOODBYE, all.acquire_many(limits::SOCKETS as u32)).await.ok();
                }
            });
        })?;
        Ok(Server { address, token, stop, thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What to open in a browser, token included.
    pub fn url(&self) -> String {
        match &self.token {
            Some(token) => format!("http://{}/?token={token}", self.address),
            None => format!("http://{}/", self.address),
        }
    }

    /// Waits until it ends, which it does not on its own.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.send(true).ok();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}
