//! The page on run files that are random or damaged: it opens them or says why not, and answers every question about what it opened.
//! The memory is counted where the same files are read for `doctor`, by `tests/fuzz.rs` of chainrule-nn.
#![cfg(feature = "web")]
#![allow(clippy::unwrap_used, unsafe_code, reason = "a test may panic, and counts memory")]

#[allow(dead_code, reason = "each fuzz test uses some of them")]
#[path = "../../nn/tests/fuzz/damage.rs"]
mod damage;
#[allow(dead_code, reason = "as above")]
#[path = "../../nn/tests/fuzz/harness.rs"]
mod harness;
#[allow(dead_code, reason = "as above")]
#[path = "../../nn/tests/fuzz/memory.rs"]
mod memory;
#[path = "../../nn/tests/fuzz/records.rs"]
mod records;

use chainrule::Tensor;
use chainrule_explorer::run::Record;
use chainrule_explorer::web::{First, Page, Run, Server, Setup};
use damage::within_lines;
use harness::Reader;
use records::{begin, end, step};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// All that is asked about a run.
const QUESTIONS: [&str; 12] = [
    "",
    "/losses",
    "/losses?from=2&points=3",
    "/at",
    "/at?s=2",
    "/network",
    "/network?s=18446744073709551615",
    "/strip?w=0&f=g",
    "/strip?w=2&f=v&columns=2",
    "/births",
    "/boundary",
    "/boundary?s=0",
];

fn served(run: Run) -> Server {
    let first = First { page: Page::Train, ..First::default() };
    let draw = Box::new(|_, spec, _: u64| Tensor::full(spec, 0.5));
    let setup = Setup { first, draw, run: Some(run), folder: None };
    Server::open(SocketAddr::from(([127, 0, 0, 1], 0)), setup).unwrap()
}

/// Status and body of an answer.
fn get(server: &Server, path: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let host = server.address();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).ok();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

fn lines(records: impl IntoIterator<Item = Record>) -> Vec<u8> {
    records
        .into_iter()
        .flat_map(|r| serde_json::to_string(&r).unwrap().into_bytes().into_iter().chain(*b"\n"))
        .collect()
}

fn read(bytes: &[u8]) -> Result<(), String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let server = served(Run::open(file.path()).map_err(|why| why.to_string())?);
    for question in QUESTIONS {
        let (status, answer) = get(&server, &format!("/api/run{question}"));
        // What is asked about a wire that there is not, or a plane that there is not, is not found.
        assert!(status == 200 && !answer.is_null() || status == 404, "{question}: {status} {answer}");
    }
    Ok(())
}

#[test]
fn the_page_answers_about_what_it_has_opened() {
    let seeds = vec![
        lines(begin().into_iter().chain((1..=6).flat_map(step)).chain(end(6))),
        lines(begin().into_iter().chain((1..=3).flat_map(step)).chain((2..=3).flat_map(step))),
        lines(begin().into_iter().take(1)),
    ];
    let telling = b"\x00\xff\"{}[],:\n019-.e+nullkswfbirthsum";
    let within = Some(within_lines as _);
    Reader { name: "the page on run files", disk: true, seeds, telling, within, factor: 1000, read }.run();
}
