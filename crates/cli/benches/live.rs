//! What a page costs a training: `cargo bench -p chainrule-cli --bench live`. The same training is run without a page being open, with one
//! that takes everything as fast as it can, and with one that says what it sees and then neither takes nor reads anything. Times are
//! those of the training itself, from its run file: from the first step to the last.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// How often each is run; the quickest counts, since others use the machine too.
const ROUNDS: usize = 7;

/// What looks on.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Page {
    /// The program serves none.
    Unserved,
    /// None is open.
    Closed,
    /// One that takes everything.
    Acking,
    /// One that takes nothing.
    Stalled,
}

const PAGES: [Page; 4] = [Page::Unserved, Page::Closed, Page::Acking, Page::Stalled];

fn main() -> Result<()> {
    let folder = own_folder()?;
    for task in [
        &["digits", "--epochs", "60"][..],
        &["spiral", "--epochs", "20000"],
        &["digits", "--channels", "16,32", "--layers", "64", "--epochs", "6"],
    ] {
        let mut best = [f64::INFINITY; PAGES.len()];
        let mut taken = 0;
        for _ in 0..ROUNDS {
            for (page, best) in PAGES.into_iter().zip(&mut best) {
                let (seconds, news) = train(task, page, &folder)?;
                *best = best.min(seconds);
                taken = taken.max(news);
            }
        }
        println!("{}: {:.2} s with nothing served", task.join(" "), best[0]);
        for (page, seconds) in PAGES.into_iter().zip(best).skip(1) {
            let news = if page == Page::Acking { format!(", {taken} news") } else { String::new() };
            println!(
                "  page {page:?}: {:.3} of that, {:.3} of no page open{news}",
                seconds / best[0],
                seconds / best[1]
            );
        }
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

fn own_folder() -> Result<std::path::PathBuf> {
    let folder = std::env::temp_dir().join(format!("chainrule-live-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Seconds from the first step to the last, and how many news were taken.
fn train(task: &[&str], page: Page, folder: &Path) -> Result<(f64, u64)> {
    let file = folder.join("a.run.jsonl");
    let mut command = Command::new(env!("CARGO_BIN_EXE_chainrule"));
    command.arg("train").args(task).arg("--run").arg(&file).stdout(Stdio::piped()).stderr(Stdio::null());
    if page != Page::Unserved {
        command.args(["--web", "--port", "0"]);
    }
    let mut child = command.spawn()?;
    let mut lines = BufReader::new(child.stdout.take().ok_or("it has an output")?).lines();
    let mut client = None;
    let (end, over) = channel();
    if page != Page::Unserved {
        let url = lines.by_ref().map_while(|line| line.ok()).find(|line| line.starts_with("http://"));
        let place = url
            .ok_or("it says where the page is")?
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .to_string();
        if page != Page::Closed {
            client = Some(open(&place, page, over)?);
        }
    }
    // The table of confusions is followed by nothing that is computed.
    let _ = lines.by_ref().map_while(|line| line.ok()).find(|line| line.starts_with("gradient norm"));
    if page != Page::Unserved {
        Command::new("kill").args(["-INT", &child.id().to_string()]).status()?;
    }
    lines.for_each(drop);
    child.wait()?;
    end.send(()).ok();
    let news = client.map_or(0, |client| client.join().unwrap_or(0));
    let text = std::fs::read_to_string(&file)?;
    let times = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let times: Vec<f64> = times.filter(|r| r["k"] == "step").filter_map(|r| r["t"].as_f64()).collect();
    let (first, last) = times.first().zip(times.last()).ok_or("there are steps")?;
    Ok((last - first, news))
}

/// Opens a page's socket, and takes news until it closes.
fn open(place: &str, page: Page, over: Receiver<()>) -> Result<thread::JoinHandle<u64>> {
    let mut stream = TcpStream::connect(place)?;
    stream.set_nodelay(true)?;
    write!(
        stream,
        "GET /ws HTTP/1.1\r\nHost: {place}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )?;
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let see = r#"{"k":"see","losses":0,"at":true,"network":true,"strip":{"w":0,"f":"g"},"boundary":true}"#;
    say(&mut stream, see)?;
    Ok(thread::spawn(move || {
        let mut taken = 0;
        if page == Page::Stalled {
            // It stays open, with what it was sent unread, until the training is over.
            over.recv().ok();
            return 0;
        }
        while let Some(seq) = hear(&mut stream) {
            if say(&mut stream, &format!(r#"{{"k":"ack","seq":{seq}}}"#)).is_err() {
                break;
            }
            taken = seq;
        }
        taken
    }))
}

fn say(stream: &mut TcpStream, text: &str) -> std::io::Result<()> {
    let frame = [&[0x81, 0x80 | text.len() as u8, 0, 0, 0, 0][..], text.as_bytes()].concat();
    stream.write_all(&frame)
}

/// The number of the next news; none when it closes.
fn hear(stream: &mut TcpStream) -> Option<u64> {
    loop {
        let mut head = [0; 2];
        stream.read_exact(&mut head).ok()?;
        let mut length = u64::from(head[1] & 127);
        if length >= 126 {
            let mut bytes = [0; 8];
            let from = if length == 126 { 6 } else { 0 };
            stream.read_exact(&mut bytes[from..]).ok()?;
            length = u64::from_be_bytes(bytes);
        }
        let mut payload = vec![0; usize::try_from(length).ok()?];
        stream.read_exact(&mut payload).ok()?;
        match head[0] & 15 {
            1 => return serde_json::from_slice::<Value>(&payload).ok()?["seq"].as_u64(),
            8 => return None,
            _ => {}
        }
    }
}
