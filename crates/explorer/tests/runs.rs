//! The server of a training, as a page and as an attacker would try it, over plain TCP.
#![cfg(feature = "web")]

use chainrule::Tensor;
use chainrule_explorer::run::{
    Birth, End, Feed, Field, Graph, Head, Kind, Module, Operand, Pass, PathGate, Plane, Points, Record, Role,
    Shared, Sink, Step, Summary, Try, VERSION, Watch, Writer, locked,
};
use chainrule_explorer::web::run::{Control, Next};
use chainrule_explorer::web::{First, Page, Run, Server, Setup, limits};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

fn serve(run: Option<Run>) -> Server {
    let first = First { page: Page::Train, ..First::default() };
    let draw = Box::new(|_, spec, _: u64| Tensor::full(spec, 0.5));
    let setup = Setup { first, draw, run, folder: None };
    Server::open(SocketAddr::from(([127, 0, 0, 1], 0)), setup).expect("a free port")
}

/// A training in this process: its server, what it tells, and where it is steered.
fn live() -> (Server, Feed, Arc<Control>, Shared) {
    let (book, control) = (Shared::default(), Arc::new(Control::default()));
    let run = Run::live(Arc::clone(&book), Arc::clone(&control), None);
    (serve(Some(run)), Feed::new(Arc::clone(&book)), control, book)
}

/// How a run begins: two layers of a weight and a bias each.
fn begin() -> Vec<Record> {
    let module = |id: u32, path: &str| Module { id, path: path.into(), rep: 1 };
    let gate = |id: u32, op: &str, m: u32, inputs: &[u32], shape: &[usize]| chainrule_explorer::run::Gate {
        id,
        op: op.into(),
        m,
        inputs: inputs.to_vec(),
        shape: shape.to_vec(),
        ..Default::default()
    };
    let watch = |w: u32, name: &str, rank: usize| Watch {
        w,
        role: Role::Parameter,
        name: name.into(),
        m: 0,
        op: "input".into(),
        path: true,
        rank,
    };
    let relu = Watch { role: Role::Activation, m: 1, op: "relu".into(), ..watch(6, "net.l1.relu", 2) };
    let graph = Graph {
        g: 1,
        modules: vec![module(0, ""), module(1, "net.l1"), module(2, "net.l2")],
        gates: vec![
            gate(0, "input", 0, &[], &[4, 3]),
            gate(1, "input", 0, &[], &[3]),
            gate(2, "input", 0, &[], &[3, 2]),
            gate(3, "input", 0, &[], &[8, 4]),
            gate(4, "matmul", 1, &[3, 0], &[8, 3]),
            gate(5, "add", 1, &[4, 1], &[8, 3]),
            gate(6, "relu", 1, &[5], &[8, 3]),
            gate(7, "matmul", 2, &[6, 2], &[8, 2]),
            gate(8, "sum", 2, &[7], &[]),
        ],
        watch: vec![
            watch(0, "net.l1.weight", 2),
            watch(1, "net.l1.bias", 1),
            watch(2, "net.l2.weight", 2),
            relu,
        ],
        loss: Some(8),
    };
    vec![
        Record::Run(Head { v: VERSION, id: "t".into(), steps: Some(50), ..Head::default() }),
        Record::Graph(graph),
    ]
}

/// A step at which everything was observed.
fn step(s: u64) -> Vec<Record> {
    let sum = |w: u32, f: Field, x: f64| {
        Record::Sum(Box::new(Summary::of_f64(&[x, -x / 2.0, 0.0]).record(s, w, f)))
    };
    let mut records: Vec<Record> = (0..3)
        .flat_map(|w| {
            [
                sum(w, Field::Parameter, 1.0),
                sum(w, Field::Gradient, 1.0 / s as f64),
                sum(w, Field::Update, 1e-3),
            ]
        })
        .collect();
    records.extend([sum(6, Field::Value, 2.0), sum(6, Field::Gradient, 0.25)]);
    let loss = 2.0 / s as f64;
    records.push(Record::Step(Step { s, t: s as f64 / 100.0, loss, lr: 0.1, ..Step::default() }));
    records
}

fn tell(feed: &mut Feed, records: impl IntoIterator<Item = Record>) {
    records.into_iter().for_each(|record| feed.record(&record).expect("a book takes all"));
}

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address()).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout");
    stream
}

/// Status and body of an answer to a request.
fn request(server: &Server, method: &str, path: &str, more: &str, body: &str) -> (u16, Value) {
    let mut stream = connect(server);
    let (host, length) = (server.address(), body.len());
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n{more}Connection: close\r\n\r\n{body}")
        .expect("it reads");
    let mut text = String::new();
    stream.read_to_string(&mut text).ok();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

fn get(server: &Server, path: &str) -> Value {
    let (status, answer) = request(server, "GET", path, "", "");
    assert_eq!(status, 200, "{path}: {answer}");
    answer
}

fn order(server: &Server, order: &Value) -> (u16, Value) {
    request(server, "POST", "/api/run/ctl", "Content-Type: application/json\r\n", &order.to_string())
}

/// A page's end of a socket.
struct Socket(TcpStream);

impl Socket {
    /// The answer to a handshake with these further headers: its status, and the socket.
    fn shake(server: &Server, more: &str) -> (u16, Socket) {
        let mut stream = connect(server);
        write!(
            stream,
            "GET /ws HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n",
            server.address()
        )
        .expect("it reads");
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        (head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0), Socket(stream))
    }

    fn open(server: &Server) -> Socket {
        let (status, socket) = Socket::shake(server, &format!("Origin: http://{}\r\n", server.address()));
        assert_eq!(status, 101);
        socket
    }

    /// Sends a frame of this first byte, masked as a browser masks it.
    fn frame(&mut self, first: u8, payload: &[u8]) {
        let mut bytes = vec![first];
        match payload.len() {
            n @ 0..126 => bytes.push(0x80 | n as u8),
            n @ 126..65536 => bytes.extend([&[0xfe][..], &(n as u16).to_be_bytes()].concat()),
            n => bytes.extend([&[0xff][..], &(n as u64).to_be_bytes()].concat()),
        }
        let mask = [1, 2, 3, 4];
        bytes.extend(mask);
        bytes.extend(payload.iter().enumerate().map(|(i, byte)| byte ^ mask[i % 4]));
        // It may close before all is sent.
        self.0.write_all(&bytes).ok();
    }

    fn say(&mut self, message: &Value) {
        self.frame(0x81, message.to_string().as_bytes());
    }

    /// The next message: a text, or the code with which it was closed (0: without a word).
    fn hear(&mut self) -> Result<Value, u16> {
        loop {
            let mut head = [0; 2];
            self.0.read_exact(&mut head).map_err(|_| 0u16)?;
            let mut length = u64::from(head[1] & 127);
            if length >= 126 {
                let mut bytes = [0; 8];
                let from = if length == 126 { 6 } else { 0 };
                self.0.read_exact(&mut bytes[from..]).map_err(|_| 0u16)?;
                length = u64::from_be_bytes(bytes);
            }
            let mut payload = vec![0; length as usize];
            self.0.read_exact(&mut payload).map_err(|_| 0u16)?;
            match head[0] & 15 {
                1 => return Ok(serde_json::from_slice(&payload).expect("texts are JSON")),
                8 => return Err(payload.first_chunk().map_or(0, |code| u16::from_be_bytes(*code))),
                _ => {}
            }
        }
    }

    fn news(&mut self) -> Value {
        let news = self.hear().expect("it is open");
        assert_eq!(news["k"], "news", "{news}");
        news
    }
}

#[test]
fn a_training_and_its_file_say_the_same() {
    let (server, mut feed, _, _) = live();
    let folder = tempfile::tempdir().expect("there is room for it");
    let path = folder.path().join("a.run.jsonl");
    let mut writer = Writer::create(&path, 100).expect("it can be written");
    let tried = Record::Try(Try { s: 10, loss: 0.5, acc: Some(0.75) });
    let points = Points { row: vec![7], x: vec![1.0], y: vec![2.0], label: vec![1], ..Points::default() };
    let plane = Plane::of(10, ([0.0, 2.0], [1.0, 3.0]), 2, 2, &[0.25, 0.75, 1.0, 0.0, 0.5, 0.5, 0.0, 1.0]);
    let records: Vec<Record> = begin()
        .into_iter()
        .chain([Record::Points(Box::new(points))])
        .chain((1..=20).flat_map(step))
        .chain([tried, Record::Plane(Box::new(plane)), Record::End(End { s: 20, why: "done".into() })])
        .collect();
    records.iter().for_each(|record| writer.write(record).expect("there is room"));
    tell(&mut feed, records);
    let replayed = serve(Some(Run::open(&path).expect("it can be read")));
    for path in [
        "/api/run/losses?points=8",
        "/api/run/losses?from=15",
        "/api/run/at",
        "/api/run/at?s=7",
        "/api/run/network?s=7",
        "/api/run/strip?w=0&f=g&columns=5",
        "/api/run/births",
        "/api/run/boundary",
    ] {
        assert_eq!(get(&server, path), get(&replayed, path), "{path}");
    }
    let (mut a, mut b) = (get(&server, "/api/run"), get(&replayed, "/api/run"));
    assert_eq!((&a["live"], &b["live"], &b["can"]), (&json!(true), &json!(false), &json!([])));
    for run in [&mut a, &mut b] {
        ["live", "can"].iter().for_each(|key| run[*key] = Value::Null);
    }
    assert_eq!(a, b);
    assert_eq!((&a["state"], &a["steps"]), (&json!("ended"), &json!({"first": 1, "last": 20, "total": 50})));
    assert_eq!(get(&server, "/api/start")["run"], true);
}

#[test]
fn the_numbers_are_those_of_the_records() {
    let (server, mut feed, _, _) = live();
    tell(&mut feed, begin().into_iter().chain((1..=20).flat_map(step)));
    let run = get(&server, "/api/run");
    let layers = json!([
        {"id": 0, "name": "net.l1", "parameters": [0, 1], "activations": [6]},
        {"id": 1, "name": "net.l2", "parameters": [2], "activations": []},
    ]);
    assert_eq!(run["layers"], layers);
    assert_eq!(run["wires"][3]["fields"], json!(["v", "g"]));
    let at = get(&server, "/api/run/at?s=4");
    assert_eq!((&at["s"], &at["observed"], &at["loss"]), (&json!(4), &json!(4), &json!(0.5)));
    // Of 1/4, -1/8 and 0: the largest is 1/4; the norm that of both layers' parameters together.
    let gradient = &at["layers"][0]["gradient"];
    assert_eq!(gradient["max"], 0.25);
    let norm = (2.0f64 * (0.25f64.powi(2) + 0.125f64.powi(2))).sqrt();
    assert!(gradient["l2"].as_f64().is_some_and(|l2| (l2 - norm).abs() < 1e-12), "{gradient}");
    assert!(gradient["mean"].as_f64().is_some_and(|mean| (mean / 0.125 - 1.0).abs() < 0.21), "{gradient}");
    assert_eq!(gradient["spark"].as_array().map(Vec::len), Some(4));
    assert_eq!(at["layers"][0]["ratio"].as_f64().map(f64::round), Some(-3.0));
    let network = get(&server, "/api/run/network?s=4");
    let names: Vec<&Value> = network["boxes"].as_array().expect("boxes").iter().map(|b| &b["name"]).collect();
    assert_eq!(names, ["data", "net.l1", "net.l2"]);
    assert_eq!(network["boxes"][1]["detail"], "4 → 3 · 6");
    let wire =
        network["wires"].as_array().expect("wires").iter().find(|wire| wire["from"] == 1).expect("one");
    assert!(
        wire["gradient"].as_f64().is_some_and(|l2| (l2 - (0.25f64 * 0.25 * 1.25).sqrt()).abs() < 1e-12),
        "{wire}"
    );
    let strip = get(&server, "/api/run/strip?w=0&f=g&columns=4");
    let columns = strip["columns"].as_array().expect("columns");
    let steps: Vec<u64> = columns.iter().filter_map(|column| column["s"].as_u64()).collect();
    assert_eq!(steps, [1, 7, 13, 20]);
    assert_eq!(columns[0]["zero"], 1);
    for column in columns {
        let counts = column["counts"].as_array().expect("counts");
        assert_eq!(counts.len(), strip["bins"].as_array().expect("bins").len());
        assert_eq!(counts.iter().filter_map(Value::as_u64).sum::<u64>(), 2);
    }
    for (path, wanted) in [
        ("/api/run/strip?w=99&f=g", 404),
        ("/api/run/strip?w=0&f=x", 400),
        ("/api/run/at?s=-1", 400),
        ("/api/run/at?s=1e9&x=1", 400),
        ("/api/run/boundary", 404),
        ("/api/run/%2e%2e/%2e%2e/etc/passwd", 404),
    ] {
        let (status, answer) = request(&server, "GET", path, "", "");
        assert_eq!(status, wanted, "{path}: {answer}");
        assert!(answer["mistakes"][0]["what"].is_string(), "{path}: {answer}");
    }
    let huge = get(&server, "/api/run/losses?from=18446744073709551615&points=18446744073709551615");
    assert_eq!(huge["s"], json!([]));
    assert_eq!(
        get(&server, "/api/run/strip?w=0&f=g&columns=99999999")["columns"].as_array().map(Vec::len),
        Some(20)
    );
}

#[test]
fn a_birth_has_its_circuit_and_the_steps_before() {
    let (server, mut feed, _, _) = live();
    tell(&mut feed, begin().into_iter().chain((1..=30).flat_map(step)));
    let operand = Operand { w: 5, name: "h".into(), v: Some(0.0), min: 0.0, max: 1.0 };
    let gate = |gate, op: &str| PathGate { gate, op: op.into(), module: "net.l2".into() };
    let birth = Birth {
        s: 30,
        pass: Pass::Backward,
        gate: 41,
        op: "div".into(),
        kind: Kind::Nan,
        at: vec![0],
        inputs: vec![operand.clone()],
        of: 17,
        of_op: "log".into(),
        of_in: vec![operand],
        local: vec![f64::INFINITY],
        up: Some(0.0),
        path: vec![gate(41, "div"), gate(42, "mul")],
        module: "net.l2".into(),
        src: "src/net.rs:41:17".into(),
        within: vec![],
        try_this: "log(x + eps)".into(),
    };
    tell(&mut feed, [Record::Birth(Box::new(birth))]);
    let births = get(&server, "/api/run/births");
    let told = &births[0];
    assert_eq!((&told["kind"], &told["up"], &told["local"]), (&json!("nan"), &json!(0.0), &json!(["inf"])));
    assert_eq!(told["within"], json!([]));
    assert!(
        told["text"]
            .as_str()
            .is_some_and(|text| text.starts_with("NaN born at step 30, backward, in net.l2.log"))
    );
    // The operand is not watched; what it was computed from is.
    assert_eq!(told["before_wire"], json!({"w": 1, "name": "net.l1.bias"}));
    assert_eq!(told["before"].as_array().map(Vec::len), Some(20));
    let mini = told["mini"]["blocks"].as_array().expect("blocks");
    let main = mini.iter().find(|block| block["id"] == told["mini_gate"]).expect("the gate");
    assert_eq!((&main["label"], &main["card"]["rows"][0]["back"]["text"]), (&json!("log"), &json!("NaN")));
    assert_eq!(get(&server, "/api/run")["births"], 1);
    assert_eq!(get(&server, "/api/run/at")["run"][0]["rule"], "non_finite");
}

#[test]
fn news_come_only_after_the_last_were_taken_and_are_the_newest() {
    let (server, mut feed, _, _) = live();
    tell(&mut feed, begin().into_iter().chain((1..=3).flat_map(step)));
    let mut page = Socket::open(&server);
    page.say(&json!({"k": "see", "losses": 0, "at": true, "network": true, "strip": {"w": 0, "f": "g"}, "boundary": true}));
    let news = page.news();
    assert_eq!((&news["seq"], &news["losses"]["s"]), (&json!(1), &json!([1, 2, 3])));
    assert_eq!((&news["at"]["s"], &news["run"]["steps"]["last"]), (&json!(3), &json!(3)));
    assert!(news["network"]["boxes"].is_array() && news["strip"]["columns"].is_array());
    // What comes while nothing is taken is not queued: an answer comes, no second news.
    (4..=40).for_each(|s| tell(&mut feed, step(s)));
    std::thread::sleep(Duration::from_millis(150));
    page.say(&json!({"k": "ack", "seq": 99}));
    page.say(&json!({"k": "ask", "id": 5, "path": "/api/set", "body": {"formula": "x * y", "values": {"x": 3, "y": -4}}}));
    let answer = page.hear().expect("it is open");
    assert_eq!((&answer["k"], &answer["id"], &answer["status"]), (&json!("answer"), &json!(5), &json!(200)));
    assert!(answer["body"]["scene"]["wires"].is_array());
    page.say(&json!({"k": "ack", "seq": 1}));
    let news = page.news();
    let steps: Vec<u64> = (4..=40).collect();
    assert_eq!((&news["seq"], &news["losses"]["s"]), (&json!(2), &json!(steps)));
    // Back to an earlier step: the losses are told again from where the page said.
    page.say(&json!({"k": "ack", "seq": 2}));
    tell(&mut feed, step(10));
    let news = page.news();
    assert_eq!((&news["losses"]["from"], &news["run"]["steps"]["last"]), (&json!(0), &json!(10)));
    // Nothing has changed, so there are no news, only answers; and what it does not see it is not told.
    page.say(&json!({"k": "ack", "seq": 3}));
    page.say(&json!({"k": "see"}));
    let news = page.news();
    assert!(news["run"].is_object() && news.get("losses").is_none() && news.get("at").is_none(), "{news}");
    page.say(&json!({"k": "ack", "seq": 4}));
    page.say(&json!({"k": "ask", "id": 6, "path": "/api/run/at?s=2"}));
    let answer = page.hear().expect("it is open");
    assert_eq!((&answer["id"], &answer["body"]["s"]), (&json!(6), &json!(2)), "{answer}");
    drop(server);
    assert_eq!(page.hear(), Ok(json!({"k": "bye"})));
    assert_eq!(page.hear(), Err(1001));
}

#[test]
fn questions_through_a_socket_reach_no_file_and_no_other_address() {
    let (server, _, _, _) = live();
    let mut page = Socket::open(&server);
    for (path, wanted) in [
        ("/../../etc/passwd", 404),
        ("/api/../../etc/passwd", 404),
        ("/api/gate/..%2f..%2fetc%2fpasswd?formula=x", 422),
        ("/ws", 404),
        ("/", 404),
        ("/app.js", 404),
        ("http://evil.example/api/run", 404),
        ("/api/ü ", 400),
        ("", 404),
    ] {
        page.say(&json!({"k": "ask", "id": 1, "path": path}));
        let answer = page.hear().expect("it is open");
        assert_eq!(answer["status"], wanted, "{path}: {answer}");
        assert!(answer["body"]["mistakes"][0]["what"].is_string(), "{path}: {answer}");
    }
    page.say(&json!({"k": "ask", "id": 2, "path": "/api/run/ctl", "body": {"do": "rewind", "to": 3}}));
    assert_eq!(page.hear().expect("it is open")["status"], 409);
}

#[test]
fn other_sites_get_no_socket() {
    let (server, _, _, _) = live();
    let host = server.address();
    for more in [
        "Origin: http://evil.example\r\n".to_string(),
        "Origin: null\r\n".to_string(),
        format!("Origin: https://{host}\r\n"),
        format!("Origin: http://{host}\r\nSec-Fetch-Site: cross-site\r\n"),
    ] {
        assert_eq!(Socket::shake(&server, &more).0, 403, "{more}");
    }
    assert_eq!(request(&server, "GET", "/ws", "", "").0, 400);
    assert_eq!(Socket::shake(&server, "").0, 101, "who is no browser needs no origin");
}

#[test]
fn messages_that_break_the_rules_close_the_socket_and_nothing_else() {
    let (server, mut feed, _, _) = live();
    tell(&mut feed, begin().into_iter().chain(step(1)));
    let closed = |first: u8, payload: &[u8]| {
        let mut page = Socket::open(&server);
        page.frame(first, payload);
        page.hear()
    };
    // No JSON, another message, a field too many, a binary one.
    for text in ["", "{", "[]", "null", r#"{"k":"dance"}"#, r#"{"k":"ack"}"#, r#"{"k":"see","all":true}"#] {
        assert_eq!(closed(0x81, text.as_bytes()), Err(1007), "{text}");
    }
    assert_eq!(closed(0x82, b"{}"), Err(1003));
    // Too large, a text that is no UTF-8, a kind of frame that there is not, a fragment that never began.
    let large = format!(r#"{{"k":"see","pad":"{}"}}"#, "x".repeat(limits::MESSAGE));
    for (first, payload) in
        [(0x81, large.as_bytes()), (0x81, b"\xff\xfe"), (0x83, b"x"), (0x80, b"x"), (0xf1, b"x")]
    {
        assert!(closed(first, payload).is_err(), "{first:x}");
    }
    // A frame that says it is longer than anything, and one that is not masked.
    for bytes in [
        &[0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4][..],
        &[0x81, 0x02, b'{', b'}'],
    ] {
        let mut page = Socket::open(&server);
        page.0.write_all(bytes).expect("it reads");
        assert!(page.hear().is_err());
    }
    // Fragments without end.
    let mut page = Socket::open(&server);
    page.frame(0x01, &[b' '; 60_000]);
    page.frame(0x00, &[b' '; 60_000]);
    assert!(page.hear().is_err());
    // More than anyone can press.
    let mut page = Socket::open(&server);
    (0..=limits::MESSAGES).for_each(|_| page.say(&json!({"k": "ack", "seq": 0})));
    assert_eq!(page.hear(), Err(1008));
    assert_eq!(get(&server, "/api/run")["steps"]["last"], 1);
}

#[test]
fn there_are_so_many_sockets_and_a_place_that_is_left_is_free() {
    let (server, _, _, _) = live();
    let mut pages: Vec<Socket> = (0..limits::SOCKETS).map(|_| Socket::open(&server)).collect();
    assert_eq!(Socket::shake(&server, "").0, 503);
    pages.truncate(limits::SOCKETS - 1);
    let mut tries = (0..500).map(|_| {
        std::thread::sleep(Duration::from_millis(10));
        Socket::shake(&server, "").0
    });
    assert!(tries.any(|status| status == 101));
}

/// Pages that see everything and take nothing, and never read, while a training tells ten thousand steps.
#[test]
fn no_page_holds_up_a_training() {
    let (server, mut feed, _, book) = live();
    tell(&mut feed, begin());
    let mut pages: Vec<Socket> = (0..8).map(|_| Socket::open(&server)).collect();
    for page in &mut pages {
        page.say(&json!({"k": "see", "losses": 0, "at": true, "network": true, "strip": {"w": 0, "f": "g"}}));
    }
    for s in 1..=10_000 {
        let records = if s % 10 == 0 { step(s) } else { vec![Record::Step(Step { s, ..Step::default() })] };
        tell(&mut feed, records);
    }
    feed.flush();
    assert_eq!(locked(&book).last.as_ref().map(|last| last.s), Some(10_000));
    // Each has been sent one message and no second one.
    for page in &mut pages {
        let first = page.news();
        assert_eq!(first["seq"], 1);
        page.say(&json!({"k": "ask", "id": 1, "path": "/api/run"}));
        let next = page.hear().expect("it is open");
        assert_eq!((&next["k"], &next["body"]["steps"]["last"]), (&json!("answer"), &json!(10_000)));
    }
}

#[test]
fn orders_reach_the_training_and_others_are_refused() {
    let (server, mut feed, control, book) = live();
    tell(&mut feed, begin());
    let training = {
        let control = Arc::clone(&control);
        std::thread::spawn(move || {
            let mut made = 0;
            while made < 1_000_000 {
                match control.between(&[0, 20], &|| false, &mut || {}) {
                    Next::Step => {
                        made += 1;
                        tell(&mut feed, [Record::Step(Step { s: made, ..Step::default() })]);
                    }
                    Next::Back(to) => {
                        made = to;
                        feed.flush();
                        locked(&book).back_to(to);
                    }
                }
                std::thread::yield_now();
            }
        })
    };
    let last = |answer: &Value| answer["steps"]["last"].as_u64();
    let (status, paused) = order(&server, &json!({"do": "pause"}));
    assert_eq!((status, &paused["state"], &paused["rewinds"]), (200, &json!("paused"), &json!([0, 20])));
    let before = last(&paused).unwrap_or_default();
    let (_, stepped) = order(&server, &json!({"do": "step"}));
    assert_eq!((last(&stepped), &stepped["state"]), (Some(before + 1), &json!("paused")));
    assert_eq!(order(&server, &json!({"do": "rewind", "to": 7})).0, 409);
    let (status, back) = order(&server, &json!({"do": "rewind", "to": 20}));
    assert_eq!((status, last(&back), &back["state"]), (200, Some(20.min(before + 1)), &json!("paused")));
    for wrong in [json!({"do": "fly"}), json!({"do": "rewind"}), json!([]), json!({"do": "pause", "x": 1})] {
        assert_eq!(order(&server, &wrong).0, 400, "{wrong}");
    }
    let evil = "Content-Type: application/json\r\nOrigin: http://evil.example\r\n";
    assert_eq!(request(&server, "POST", "/api/run/ctl", evil, r#"{"do":"resume"}"#).0, 403);
    assert_eq!(get(&server, "/api/run")["state"], "paused");
    control.over();
    assert_eq!(order(&server, &json!({"do": "resume"})).0, 409);
    drop(server);
    training.join().expect("it ends");
}

#[test]
fn without_a_training_there_is_none_to_ask_and_a_file_is_not_steered() {
    let server = serve(None);
    assert_eq!(request(&server, "GET", "/api/run", "", "").0, 404);
    let mut page = Socket::open(&server);
    page.say(&json!({"k": "see", "losses": 0}));
    page.say(&json!({"k": "ask", "id": 1, "path": "/api/scene?formula=x"}));
    assert_eq!(page.hear().expect("it is open")["status"], 200);
    let folder = tempfile::tempdir().expect("there is room for it");
    let path = folder.path().join("a.run.jsonl");
    let mut writer = Writer::create(&path, 100).expect("it can be written");
    begin().iter().chain(&step(1)).for_each(|record| writer.write(record).expect("there is room"));
    let server = serve(Some(Run::open(&path).expect("it can be read")));
    let (status, answer) = order(&server, &json!({"do": "pause"}));
    assert_eq!(status, 409);
    assert!(
        answer["mistakes"][0]["what"].as_str().is_some_and(|what| what.contains("can't be steered")),
        "{answer}"
    );
    // It is read on.
    step(2).iter().for_each(|record| writer.write(record).expect("there is room"));
    let mut looks = (0..300).map(|_| {
        std::thread::sleep(Duration::from_millis(20));
        get(&server, "/api/run")["steps"]["last"].as_u64()
    });
    assert!(looks.any(|last| last == Some(2)));
    let (status, answer) = request(&server, "GET", "/api/scene?example=0", "", "");
    assert_eq!(status, 422);
    assert!(
        answer["mistakes"][0]["hint"].as_str().is_some_and(|hint| hint.contains("train --web")),
        "{answer}"
    );
    assert!(Run::open(&folder.path().join("none")).is_err());
}
