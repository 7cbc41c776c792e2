//! `chainrule train --web`: the training is the same with a page and with a thousand attackers, and the page outlives it.
#![cfg(feature = "web")]

mod common;

use common::{command, empty_folder, run};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A training with a page.
struct Live {
    child: Child,
    place: String,
}

impl Live {
    /// Waits before its first step.
    fn paused(args: &[&str]) -> Live {
        let mut command = command();
        command.arg("train").args(args).args(["--web", "--paused", "--port", "0"]);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary was built for this test");
        let out = BufReader::new(child.stdout.take().expect("its output is piped"));
        let mut lines = out.lines();
        let url = lines.by_ref().map_while(Result::ok).find(|line| line.starts_with("http://"));
        // Somebody must read what it prints, or it waits for that.
        std::thread::spawn(move || lines.for_each(drop));
        let place = url
            .expect("it prints the address")
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .to_string();
        Live { child, place }
    }

    fn request(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(&self.place).expect("it listens");
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            self.place,
            body.len()
        )
        .expect("it reads");
        let mut text = String::new();
        stream.read_to_string(&mut text).ok();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        (status, serde_json::from_str(body).unwrap_or(Value::Null))
    }

    fn order(&self, order: &Value) -> Value {
        let (status, answer) = self.request("POST", "/api/run/ctl", &order.to_string());
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// Until it has ended.
    fn wait(&self) -> Value {
        let looks = (0..3000).map(|_| {
            std::thread::sleep(Duration::from_millis(20));
            self.request("GET", "/api/run", "").1
        });
        looks.into_iter().find(|run| run["state"] == "ended").expect("it ends within a minute")
    }

    /// Ctrl-C, and the exit code.
    fn interrupt(mut self) -> Option<i32> {
        let kill = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(kill.expect("every unix has kill").success());
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn saved(folder: &Path, name: &str) -> Vec<u8> {
    std::fs::read(folder.join(name)).expect("the weights were saved")
}

#[test]
#[cfg(unix)]
fn a_thousand_connections_change_no_bit_of_the_weights() {
    let folder = empty_folder("live");
    let place = |name: &str| folder.join(name).display().to_string();
    let task = ["digits", "--layers", "16", "--epochs", "8", "--validation", "0.1"];
    let (plain, shown) = (place("plain.safetensors"), place("live.safetensors"));
    assert_eq!(run(&[&["train"][..], &task, &["--save", &plain]].concat()).code, Some(0));
    let live = Live::paused(&[&task[..], &["--save", &shown]].concat());
    let (_, start) = live.request("GET", "/api/start", "");
    assert_eq!((&start["page"], &start["run"]), (&json!("train"), &json!(true)));
    // Some steps by hand and back again.
    for s in 1..=12 {
        assert_eq!(live.order(&json!({"do": "step"}))["steps"]["last"], s);
    }
    let back = live.order(&json!({"do": "rewind", "to": 10}));
    assert_eq!((&back["steps"]["last"], &back["state"]), (&json!(10), &json!("paused")));
    // One example as the network's own circuit, with the weights of then.
    let (status, example) = live.request("POST", "/api/set", r#"{"example":3,"step":10}"#);
    assert_eq!((status, &example["example"], &example["step"]), (200, &json!(3), &json!(10)), "{example}");
    assert_eq!(example["output"], "loss");
    let (status, refused) = live.request("POST", "/api/set", r#"{"example":99999}"#);
    assert_eq!(status, 422, "{refused}");
    // Sockets that never take or read anything, and a thousand connections with half a request each.
    let mut open = Vec::new();
    live.order(&json!({"do": "resume"}));
    for i in 0..1000 {
        let Ok(mut stream) = TcpStream::connect(&live.place) else { continue };
        if i < 20 {
            write!(
                stream,
                "GET /ws HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
                 Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                live.place
            )
            .ok();
            let see = br#"{"k":"see","losses":0,"at":true}"#;
            let frame = [&[0x81, 0x80 | see.len() as u8, 0, 0, 0, 0][..], see].concat();
            stream.write_all(&frame).ok();
        } else {
            stream.write_all(b"GET / HTTP/1.1\r\n").ok();
        }
        open.push(stream);
    }
    assert!(open.len() > 900, "{}", open.len());
    open.truncate(20);
    let run = live.wait();
    assert_eq!((&run["end"]["why"], &run["steps"]["last"]), (&json!("done"), &run["steps"]["total"]));
    assert_eq!(run["can"], json!([]));
    let (_, losses) = live.request("GET", "/api/run/losses", "");
    assert!(losses["tries"]["s"].as_array().is_some_and(|steps| steps.len() == 8), "{}", losses["tries"]);
    let (status, _) = live.request("POST", "/api/run/ctl", r#"{"do":"pause"}"#);
    assert_eq!(status, 409);
    // The weights are written before the program waits.
    let mut looks = (0..3000).map(|_| std::thread::sleep(Duration::from_millis(20)));
    assert!(looks.any(|()| folder.join("live.safetensors").is_file()));
    assert_eq!(live.interrupt(), Some(0));
    assert!(saved(&folder, "plain.safetensors") == saved(&folder, "live.safetensors"), "the weights differ");
}

#[test]
#[cfg(unix)]
fn a_training_that_breaks_is_shown_until_ctrl_c_and_ctrl_c_ends_a_pause() {
    let formula = common::file("born.cr", b"input x[batch, 2]\ninput y: i64[batch]\nparam w[2, 2] = zeros\n\
        scores = x @ w\nstage risky(s) = sqrt(s * s)\nlogits = scores + risky(scores)\nloss = cross_entropy(logits, y)\n");
    let live = Live::paused(&[formula, "moons", "--epochs", "5"]);
    live.order(&json!({"do": "resume"}));
    let run = live.wait();
    assert_eq!((&run["end"]["why"], &run["births"]), (&json!("nan"), &json!(1)), "{run}");
    let (_, births) = live.request("GET", "/api/run/births", "");
    assert_eq!((&births[0]["pass"], &births[0]["of_op"]), (&json!("bwd"), &json!("sqrt")), "{births}");
    assert_eq!(live.interrupt(), Some(1));
    let waiting = Live::paused(&["moons", "--epochs", "5"]);
    assert_eq!(waiting.interrupt(), Some(130));
}

#[test]
fn what_belongs_to_a_page_means_nothing_without_one() {
    for option in [&["--paused"][..], &["--port", "1"], &["--browser"]] {
        let refused = run(&[&["train", "moons"][..], option].concat()).fails(2);
        assert!(refused.contains("--web"), "{refused}");
    }
    let refused = run(&["view", "none.run.jsonl", "--port", "0"]).fails(2);
    assert!(refused.contains("none.run.jsonl: can't be read"), "{refused}");
    let file = common::file("odd.run.jsonl", b"{\"k\":\"run\",\"v\":1}\nnonsense\n");
    assert!(run(&["view", file, "--port", "0"]).fails(2).contains("odd.run.jsonl:2: is no record"));
    let refused = run(&["view", file, "x=1", "--port", "0"]).fails(2);
    assert!(refused.contains("neither values to set nor stages"), "{refused}");
}
