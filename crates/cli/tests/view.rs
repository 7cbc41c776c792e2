//! `chainrule view`: it says where the page is, serves it, and opens nothing unasked.
#![cfg(feature = "web")]

mod common;

use common::{command, run};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};

/// A page that is served until the test ends.
struct Page {
    child: Child,
    url: String,
}

impl Page {
    fn new(args: &[&str]) -> Page {
        let mut command = command();
        command.arg("view").args(args).args(["--port", "0"]).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the binary was built for this test");
        let mut url = String::new();
        let out = child.stdout.as_mut().expect("its output is piped");
        BufReader::new(out).read_line(&mut url).expect("it prints the address");
        Page { child, url: url.trim().to_string() }
    }

    /// The answer to a request, head and body.
    fn get(&self, path: &str) -> String {
        let place = self.url.trim_start_matches("http://").split('/').next().unwrap_or_default();
        let mut stream = TcpStream::connect(place).expect("it listens");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {place}\r\nConnection: close\r\n\r\n")
            .expect("it reads");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("it answers");
        text
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn the_page_begins_with_what_the_command_says() {
    let page = Page::new(&["(x + y) * z", "x=-2", "y=[5, 1]", "z=nan", "--open", "a,b.c"]);
    assert!(page.url.starts_with("http://127.0.0.1:"), "{}", page.url);
    let start = page.get("/api/start");
    let body = start.split_once("\r\n\r\n").expect("a head and a body").1;
    let start: serde_json::Value = serde_json::from_str(body).expect("JSON");
    let wanted = serde_json::json!({
        "page": "circuit", "run": false, "formula": "(x + y) * z", "values": {"x": -2.0, "y": [5.0, 1.0], "z": "NaN"}, "open": ["a", "b.c"]
    });
    assert_eq!(start, wanted);
    assert!(page.get("/").contains("<title>Chainrule"));
    let neuron = Page::new(&[]);
    assert!(neuron.get("/api/start").contains("sigmoid(w0*x0 + w1*x1 + w2)"));
}

#[test]
fn beyond_this_machine_the_address_has_a_token() {
    let page = Page::new(&["x", "x=1", "--host", "0.0.0.0"]);
    assert!(page.url.contains("/?token="), "{}", page.url);
}

#[test]
fn what_can_not_be_shown_is_an_error() {
    assert!(run(&["view", "x * ", "x=1"]).fails(2).contains("error"));
    assert!(run(&["view", "x * y", "x=1"]).fails(2).contains("no value for y"));
    let place = common::empty_folder("view");
    let file = place.join("many.json");
    std::fs::write(&file, format!("[{}0]", "0,".repeat(1 << 14))).expect("the folder is writable");
    let large = run(&["view", "sum(x * w)", &format!("x=@{}", file.display()), "w=1"]).fails(2);
    assert!(large.contains("16386 numbers, more than the 16384"), "{large}");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("it has a port").port().to_string();
    let answer = run(&["view", "x", "x=1", "--port", &port]).fails(3);
    assert!(answer.contains("can't listen") && answer.contains("--port 0"), "{answer}");
}
