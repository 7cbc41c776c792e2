//! The server as an attacker would try it, over plain TCP: it refuses with a reason, and stays up.
#![cfg(feature = "web")]

use chainrule::Tensor;
use chainrule_explorer::web::{First, Server, limits};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

fn server_at(ip: [u8; 4]) -> Server {
    let first = First { formula: "x * y".into(), ..First::default() };
    let draw = Box::new(|_, spec, _: u64| Tensor::full(spec, 0.5));
    Server::start(SocketAddr::from((ip, 0)), &first, draw).expect("a free port")
}

fn server() -> Server {
    server_at([127, 0, 0, 1])
}

/// What came back.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|why| panic!("{why}: {} {:?}", self.status, self.body))
    }

    /// The first reason why it was refused.
    fn reason(&self) -> String {
        self.json()["mistakes"][0]["what"].as_str().expect("a reason").to_string()
    }
}

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", server.address().port())).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout");
    stream
}

/// Sends bytes and reads until the other side closes.
fn raw(server: &Server, bytes: &[u8]) -> Answer {
    let mut stream = connect(server);
    // It may refuse before all is sent.
    stream.write_all(bytes).ok();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).ok();
    let text = String::from_utf8_lossy(&all).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    Answer { status, head: head.to_lowercase(), body: body.to_string() }
}

/// A request with this beginning and these further headers, and nothing said about the host.
fn request(server: &Server, line: &str, headers: &str, body: &str) -> Answer {
    raw(server, format!("{line} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n{body}").as_bytes())
}

fn get(server: &Server, path: &str) -> Answer {
    request(server, &format!("GET {path}"), &format!("Host: {}\r\n", server.address()), "")
}

fn post(server: &Server, body: &str, more: &str) -> Answer {
    let (host, length) = (server.address(), body.len());
    let json = "Content-Type: application/json";
    let headers = format!("Host: {host}\r\n{json}\r\nContent-Length: {length}\r\n{more}");
    request(server, "POST /api/set", &headers, body)
}

fn ask(server: &Server, question: &Value) -> Answer {
    post(server, &question.to_string(), "")
}

/// It still answers, and rightly.
fn is_up(server: &Server) {
    let answer = ask(server, &json!({"formula": "x * y", "values": {"x": 3, "y": -4}}));
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer = answer.json();
    let wires = answer["scene"]["wires"].as_array().expect("wires");
    let out = wires.iter().find(|wire| wire["wire"] == 2).expect("the product");
    assert_eq!(out["value"]["raw"], json!([-12.0]));
}

#[test]
fn the_page_is_served_and_tells_the_browser_to_load_nothing_else() {
    let server = server();
    for (path, kind) in [("/", "text/html"), ("/app.js", "text/javascript"), ("/app.css", "text/css")] {
        let answer = get(&server, path);
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.head.contains(&format!("content-type: {kind}")), "{}", answer.head);
        assert!(answer.head.contains("content-security-policy: default-src 'self'"), "{}", answer.head);
        assert!(!answer.body.is_empty());
    }
    assert_eq!(get(&server, "/api/start").json()["formula"], "x * y");
}

#[test]
fn gets_and_posts_say_the_same() {
    let server = server();
    let query = "?formula=x%20*%20y&values=%7B%22x%22%3A3%2C%22y%22%3A-4%7D";
    let got = get(&server, &format!("/api/scene{query}")).json();
    let posted = ask(&server, &json!({"formula": "x * y", "values": {"x": 3, "y": -4}})).json();
    assert_eq!(got, posted);
    let card = get(&server, &format!("/api/gate/g2{query}")).json();
    assert_eq!(card["card"]["numbers"], "3 × −4 = −12");
    assert_eq!(get(&server, &format!("/api/gate/g9{query}")).status, 422);
    let svg = get(&server, &format!("/api/scene.svg{query}"));
    assert!(svg.body.contains("<svg ") && svg.head.contains("image/svg+xml"), "{}", svg.body);
    let proof = get(&server, &format!("/api/check{query}&name=x")).json();
    assert_eq!(proof["analytic"], -4.0);
    assert!(proof["error"].as_f64().is_some_and(|error| error < 1e-8), "{proof}");
    let why = get(&server, &format!("/api/paths{query}&at=g0")).json();
    assert_eq!((&why["total"], &why["count"]), (&json!(-4.0), &json!(1.0)));
}

#[test]
fn mistakes_in_a_formula_have_their_place() {
    let server = server();
    let answer = ask(&server, &json!({"formula": "a = 1\nb = a + sigmiod(x)"}));
    assert_eq!(answer.status, 422);
    let mistake = &answer.json()["mistakes"][0];
    assert_eq!((mistake["from"].as_u64(), mistake["to"].as_u64()), (Some(14), Some(21)), "{mistake}");
    assert!(mistake["hint"].as_str().is_some_and(|hint| hint.contains("sigmoid")), "{mistake}");
    let shape = ask(&server, &json!({"formula": "x * y", "values": {"x": [1, 2], "y": [1, 2, 3]}}));
    assert_eq!(shape.status, 422, "{}", shape.body);
    let unknown = ask(&server, &json!({"formula": "x * y", "values": {"z": 1}}));
    assert!(unknown.reason().contains("nothing in the formula takes this value"), "{}", unknown.body);
    is_up(&server);
}

#[test]
fn foreign_hosts_and_origins_are_refused() {
    let server = server();
    let host = server.address();
    for headers in [
        "Host: evil.example\r\n".to_string(),
        format!("Host: evil.example:{}\r\n", host.port()),
        format!("Host: {host}\r\nOrigin: http://evil.example\r\n"),
        format!("Host: {host}\r\nOrigin: null\r\n"),
        format!("Host: {host}\r\nSec-Fetch-Site: cross-site\r\n"),
        format!("Host: {host}\r\nHost: {host}\r\n"),
    ] {
        let answer = request(&server, "GET /api/start", &headers, "");
        assert_eq!(answer.status, 403, "{headers}");
        assert!(!answer.reason().is_empty() && !answer.body.contains("x * y"), "{headers}");
    }
    let own = format!("Origin: http://{host}\r\n");
    assert_eq!(post(&server, r#"{"formula":"x"}"#, &own).status, 200);
    is_up(&server);
}

#[test]
fn beyond_this_machine_a_token_opens_the_page() {
    let server = server_at([0, 0, 0, 0]);
    let host = "Host: box.example\r\n";
    let open =
        |path: &str, more: &str| request(&server, &format!("GET {path}"), &format!("{host}{more}"), "");
    assert_eq!(open("/", "").status, 403);
    assert_eq!(open("/?token=0123", "").status, 403);
    let url = server.url();
    let token = url.split_once("?token=").expect("a token").1;
    let welcome = open(&format!("/?token={token}"), "");
    assert_eq!(welcome.status, 303);
    assert!(welcome.head.contains("httponly; samesite=strict"), "{}", welcome.head);
    assert_eq!(open("/", &format!("Cookie: chainrule={token}\r\n")).status, 200);
    let foreign = format!("Cookie: chainrule={token}\r\nOrigin: http://evil.example\r\n");
    assert_eq!(open("/api/start", &foreign).status, 403);
}

#[test]
fn no_path_reaches_a_file() {
    let server = server();
    for path in [
        "/../Cargo.toml",
        "/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc%2fpasswd",
        "/app.js/../../Cargo.toml",
        "//etc/passwd",
        "/api/gate/..%2f..%2fetc%2fpasswd?formula=x",
        "/api/gate/%00?formula=x",
        "/.git/config",
        "/index.html",
        "/C:%5Cwindows%5Cwin.ini",
    ] {
        let answer = get(&server, path);
        assert!((400..500).contains(&answer.status), "{path}: {} {}", answer.status, answer.body);
        assert!(!answer.reason().is_empty(), "{path}");
    }
    // A value is a number, never the name of a file as on the command line.
    let answer = ask(&server, &json!({"formula": "x", "values": {"x": "@Cargo.toml"}}));
    assert_eq!(answer.status, 400);
    assert!(answer.reason().contains("is no number"), "{}", answer.body);
    is_up(&server);
}

#[test]
fn malformed_requests_are_refused() {
    let server = server();
    let host = format!("Host: {}\r\n", server.address());
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\0\0\0\0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : x\r\nConnection: close\r\n\r\n",
        b"POST /api/set HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /api/set HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    ] {
        let answer = raw(&server, bytes);
        assert!((400..600).contains(&answer.status), "{bytes:?}: {}", answer.status);
    }
    let wrong = r#"{"formula": "x", "values": []}"#;
    for body in ["", "{", "[]", "null", "{\"formula\": 1}", "{\"other\": 1}", wrong, "\u{1}"] {
        let answer = post(&server, body, "");
        assert!([400, 422].contains(&answer.status), "{body}: {}", answer.status);
        assert!(!answer.reason().is_empty());
    }
    let deep = format!("{{\"values\":{{\"x\":{}1{}}}}}", "[".repeat(5000), "]".repeat(5000));
    assert_eq!(post(&server, &deep, "").status, 400);
    let plain = request(&server, "POST /api/set", &format!("{host}Content-Length: 2\r\n"), "{}");
    assert_eq!(plain.status, 415);
    assert_eq!(request(&server, "DELETE /api/set", &host, "").status, 405);
    assert_eq!(get(&server, "/api/scene?formula=%ff&values=%ff").status, 400);
    assert_eq!(get(&server, "/api/scene?formula=x&values=nonsense").status, 400);
    is_up(&server);
}

#[test]
fn oversized_requests_are_refused_with_a_reason() {
    let server = server();
    let long = "x".repeat(limits::FORMULA + 1);
    let answer = ask(&server, &json!({ "formula": long }));
    assert_eq!(answer.status, 413);
    assert!(answer.reason().contains("bytes"), "{}", answer.body);
    let body = format!("{{\"formula\":\"{}\"}}", "x".repeat(limits::BODY));
    let answer = post(&server, &body, "");
    assert_eq!(answer.status, 413);
    assert!(answer.reason().contains("body"), "{}", answer.body);
    let address = get(&server, &format!("/api/scene?formula={}", "x".repeat(2 * limits::HEAD)));
    assert!([414, 431].contains(&address.status), "{}", address.status);
    let stages: Vec<String> = (0..=limits::OPEN).map(|i| format!("s{i}")).collect();
    assert_eq!(ask(&server, &json!({"formula": "x", "open": stages})).status, 413);
    is_up(&server);
}

#[test]
fn formulas_that_cost_too_much_are_refused_with_a_reason() {
    let server = server();
    let doubled = |n: usize| -> String {
        let stages = (1..=n).map(|i| format!("stage s{i}(x) = s{0}(x) + s{0}(x)\n", i - 1));
        format!("stage s0(x) = x * x\n{}s{n}(x)", stages.collect::<String>())
    };
    for (formula, word) in [
        ("input a: f64[1000000, 1000000]\nsum(a)", "elements"),
        ("input a: f64[1000000000]\nsum(a)", "elements"),
        ("input a: f64[100000, 1]\ninput b: f64[1, 100000]\nsum(a @ b)", "elements"),
        ("input a: f64[1048576]\nsum(a)", "elements"),
        ("input a: f64[1, 1, 600, 600]\ninput k: f64[1, 1, 300, 300]\nsum(conv2d(a, k))", "operations"),
        (&doubled(15), "values"),
        (&doubled(40), "values"),
        (&"(".repeat(5000), "nested"),
    ] {
        let answer = ask(&server, &json!({ "formula": formula }));
        let short: String = formula.chars().take(40).collect();
        assert_eq!(answer.status, 422, "{short}");
        let all = answer.json()["mistakes"].to_string();
        assert!(all.contains(word), "{short}: {all}");
    }
    is_up(&server);
}

#[test]
fn what_is_too_crowded_is_drawn_coarser() {
    let server = server();
    let calls: String = (0..40).map(|i| format!("a{} = s(a{i})\n", i + 1)).collect();
    let inside: String = (0..20).map(|i| format!("b{} = sin(b{i}) * 1.5\n", i + 1)).collect();
    let formula = format!("stage s(x) {{\nb0 = x * 2\n{inside}}}\na0 = x * 3\n{calls}");
    let answer = ask(&server, &json!({"formula": formula, "values": {"x": 1}, "depth": 9})).json();
    let blocks = answer["scene"]["blocks"].as_array().expect("blocks").len();
    assert!(blocks <= 600, "{blocks}");
    assert!(answer["note"].as_str().is_some_and(|note| note.contains("600")), "{}", answer["note"]);
    // Without stages it is drawn in parts.
    let flat: String = (0..900).map(|i| format!("a{}=sin(a{i})\n", i + 1)).collect();
    let answer = ask(&server, &json!({"formula": format!("a0=x*2\n{flat}"), "values": {"x": 1}})).json();
    let blocks = answer["scene"]["blocks"].as_array().expect("blocks");
    assert!(blocks.len() < 20 && answer["scene"]["numbers"] == true, "{}", blocks.len());
}

#[test]
fn gates_can_be_boxed_and_elements_looked_into() {
    let server = server();
    let boxes = json!([{"name": "mine", "of": ["g3", "g4"]}]);
    let answer = ask(
        &server,
        &json!({"formula": "f = sin(x * y) * z", "values": {"x": 1, "y": 2, "z": 3}, "boxes": boxes}),
    );
    let scene = &answer.json()["scene"];
    let mine = scene["blocks"]
        .as_array()
        .expect("blocks")
        .iter()
        .find(|b| b["label"] == "mine")
        .expect("it is there");
    assert_eq!(
        (mine["kind"].as_str(), mine["card"]["checks"].as_array().map(Vec::len)),
        (Some("stage"), Some(2))
    );
    let many: Vec<Value> = (0..=limits::BOXES).map(|_| json!({"name": "b", "of": []})).collect();
    for (boxes, status) in
        [(json!([{"name": "m", "of": ["g99"]}]), 422), (json!([{"of": []}]), 400), (json!(many), 413)]
    {
        let answer = ask(&server, &json!({"formula": "f = x * y", "boxes": boxes}));
        assert_eq!(answer.status, status, "{}", answer.body);
    }
    let formula = "input A: f64[2, 2]\ninput B: f64[2, 2]\nf = sum(A @ B)";
    let values = json!({"A": [[1, 2], [3, 4]], "B": [[5, 6], [7, 8]]});
    let inside = json!({"wire": 2, "element": 3});
    let answer = ask(&server, &json!({"formula": formula, "values": values, "inside": inside})).json();
    assert_eq!(
        (answer["output"].as_str(), answer["inputs"].as_array().map(Vec::len)),
        (Some("#2[1,1]"), Some(0))
    );
    let query = "formula=input%20A%3A%20f64%5B2%2C%202%5D%0Asum(A%20%40%20A)&values=%7B%22A%22%3A%5B%5B1%2C2%5D%2C%5B3%2C4%5D%5D%7D&at=g1";
    let heat = get(&server, &format!("/api/array?{query}")).json();
    assert_eq!((&heat["value"]["cells"], &heat["opens"]), (&json!([7.0, 10.0, 15.0, 22.0]), &json!(true)));
    assert_eq!(heat["gradient"]["cells"], json!([1.0, 1.0, 1.0, 1.0]));
    is_up(&server);
}

#[test]
fn a_thousand_connections_do_not_take_it_down() {
    let server = server();
    // As many as have a place say half a sentence and stop.
    let mut idle: Vec<TcpStream> = Vec::new();
    for _ in 0..limits::CONNECTIONS {
        let mut stream = connect(&server);
        stream.write_all(b"GET / HTTP/1.1\r\n").expect("sent");
        idle.push(stream);
    }
    // All others are told so, one by one.
    let mut told = 0;
    for _ in 0..1000 - limits::CONNECTIONS {
        let mut stream = connect(&server);
        let mut text = String::new();
        stream.read_to_string(&mut text).ok();
        told += usize::from(text.starts_with("HTTP/1.1 503") && text.contains("too many connections"));
    }
    assert_eq!(told, 1000 - limits::CONNECTIONS);
    drop(idle);
    // A place that was left is found empty soon, but not at once.
    let mut answers = (0..500).map(|_| {
        std::thread::sleep(Duration::from_millis(10));
        get(&server, "/api/start").status
    });
    assert!(answers.any(|status| status == 200));
    is_up(&server);
}

#[test]
fn random_bytes_never_take_it_down() {
    let server = server();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut byte = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    let values = json!({"w": 2, "x": [1, 2], "b": 3});
    let question = json!({"formula": "f = sigmoid(w*x + b)", "values": values, "at": "g1"}).to_string();
    for _ in 0..300 {
        let mut damaged = question.clone().into_bytes();
        for _ in 0..=byte() % 4 {
            let at = usize::from(byte()) % damaged.len();
            damaged[at] = byte();
        }
        let text = String::from_utf8_lossy(&damaged).into_owned();
        let answer = post(&server, &text, "");
        assert!([200, 400, 413, 422].contains(&answer.status), "{text}: {} {}", answer.status, answer.body);
    }
    is_up(&server);
}
