//! The loop that takes connections: so many at a time, each with a limit on how long it may say nothing.

use super::limits;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

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
    // How a connection ends, also a broken one, concerns nobody else.
    server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router)).await.ok();
}
