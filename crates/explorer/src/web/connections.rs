//! The loop that takes connections: so many at a time, each with a limit on how long it may say nothing.

use super::limits;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// What one connection too many is told.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain\r\nconnection: close\r\n\
    content-length: 66\r\n\r\ntoo many connections at a time; hint: close pages that are unused\n";

/// Serves, and does not end on its own.
pub async fn serve(listener: TcpListener, router: Router) {
    let places = Arc::new(Semaphore::new(limits::CONNECTIONS));
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // No file descriptor is left, most likely. Trying again at once would take the whole processor.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        match Arc::clone(&places).try_acquire_owned() {
            Ok(place) => {
                let router = router.clone();
                tokio::spawn(async move {
                    one(stream, router).await;
                    drop(place);
                });
            }
            // The few bytes fit the buffer of a fresh connection; if not, there is nobody to tell.
            Err(_) => drop(stream.try_write(FULL)),
        }
    }
}

async fn one(stream: TcpStream, router: Router) {
    // An answer is small and somebody waits for it. Without this it is slower, not wrong.
    stream.set_nodelay(true).ok();
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(limits::IDLE).max_buf_size(limits::HEAD);
    let mut connection =
        pin!(server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router)).with_upgrades());
    // How a connection ends, also a broken one, concerns nobody else.
    if timeout(limits::LIFE, connection.as_mut()).await.is_err() {
        // Also who does not read what was asked for leaves the place to others.
        connection.as_mut().graceful_shutdown();
        timeout(limits::IDLE, connection).await.ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::post;
    use std::io::{Read, Write};
    use std::net::SocketAddr;
    use tokio::sync::oneshot;

    /// What a client is told that sends this and then waits. Time is not waited for: it jumps to what happens next.
    fn told(sent: &'static [u8]) -> String {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
        runtime.expect("a runtime").block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            let address: SocketAddr = listener.local_addr().expect("an address");
            let body = async |body: String| body;
            tokio::spawn(serve(listener, Router::new().route("/", post(body))));
            let (answer, heard) = oneshot::channel();
            std::thread::spawn(move || {
                let mut stream = std::net::TcpStream::connect(address).expect("it listens");
                stream.write_all(sent).expect("it reads");
                let mut text = String::new();
                stream.read_to_string(&mut text).ok();
                answer.send(text).expect("somebody waits");
            });
            heard.await.expect("the client ends")
        })
    }

    // Without a limit each of these would wait for ever.
    #[test]
    fn who_says_nothing_more_is_let_go() {
        assert_eq!(told(b""), "");
        assert_eq!(told(b"POST / HTTP/1.1\r\nHost: "), "");
        let half = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhi";
        assert!(!told(half).contains("200 OK"));
    }
}
