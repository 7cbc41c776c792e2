//! The socket: a page says what it can see and is told what has changed, the next only after it has taken the last, made from the
//! newest state. So nothing queues for a page that is slow or asleep, and no training waits for one. Questions about formulas go the
//! same way, as requests to the same addresses.

use super::Run;
use super::news::{See, Told};
use crate::web::limits;
use crate::web::routes::{Site, refuse};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::http::{Method, Request, StatusCode, header};
use axum::response::Response;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::{MissedTickBehavior, interval, interval_at, timeout};

/// Between two looks for news.
const TICK: Duration = Duration::from_millis(50);
/// After news no further for so many times what they took: making them takes at most so small a part of a core.
const SHARE: u32 = 49;
/// Between two questions whether somebody is there.
const PING: Duration = Duration::from_secs(20);
/// Who has said nothing for so long is gone. A page answers pings without being asked to.
const SILENCE: Duration = Duration::from_secs(60);

/// What a page says.
#[derive(Deserialize)]
#[serde(tag = "k", rename_all = "lowercase")]
enum Said {
    See(See),
    Ack {
        seq: u64,
    },
    Ask {
        id: u64,
        path: String,
        #[serde(default)]
        body: Value,
    },
}

/// Opens a socket, if there is a place for it.
pub fn open(site: &Site, inner: Router, upgrade: WebSocketUpgrade) -> Response {
    let Ok(place) = Arc::clone(&site.sockets).try_acquire_owned() else {
        return refuse(
            StatusCode::SERVICE_UNAVAILABLE,
            "too many pages are open; hint: close those that are unused",
        );
    };
    let (run, closing) = (site.run.clone(), site.closing.clone());
    let upgrade = upgrade.max_message_size(limits::MESSAGE).max_frame_size(limits::MESSAGE);
    upgrade.on_upgrade(async move |socket| {
        let (answers, answered) = mpsc::channel(limits::ASKS);
        let asks = Arc::new(Semaphore::new(limits::ASKS));
        let now = Instant::now();
        let mut talk = Talk {
            socket,
            run,
            inner,
            told: Told::default(),
            is_watching: false,
            seq: 0,
            is_taken: true,
            next: now,
            heard: now,
            window: (now, 0),
            asks,
            answers,
        };
        talk.go(answered, closing).await;
        drop(place);
    })
}

struct Talk {
    socket: WebSocket,
    run: Option<Arc<Run>>,
    /// Answers questions, as over HTTP.
    inner: Router,
    told: Told,
    /// Whether the page has said what it sees.
    is_watching: bool,
    /// The last news, and whether the page has taken them.
    seq: u64,
    is_taken: bool,
    /// When there may be news again.
    next: Instant,
    heard: Instant,
    /// Messages since a moment.
    window: (Instant, usize),
    asks: Arc<Semaphore>,
    answers: mpsc::Sender<String>,
}

/// Why a socket is closed.
type Close = Option<(u16, &'static str)>;

impl Talk {
    async fn go(&mut self, mut answered: mpsc::Receiver<String>, mut closing: watch::Receiver<bool>) {
        let (mut tick, mut ping) = (interval(TICK), interval_at(tokio::time::Instant::now() + PING, PING));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let why = loop {
            let done = tokio::select! {
                message = self.socket.recv() => match message {
                    Some(Ok(message)) => self.hear(message),
                    // It is gone, or broke the rules of the protocol, or a limit; axum has said so.
                    _ => Err(None),
                },
                Some(answer) = answered.recv() => self.send(answer).await,
                _ = tick.tick() => self.look().await,
                _ = ping.tick() => match self.heard.elapsed() < SILENCE {
                    true => self.say(Message::Ping(Vec::new().into())).await,
                    false => Err(None),
                },
                _ = closing.changed() => {
                    self.send(r#"{"k":"bye"}"#.into()).await.ok();
                    Err(Some((close_code::AWAY, "the server ends")))
                }
            };
            if let Err(why) = done {
                break why;
            }
        };
        if let Some((code, reason)) = why {
            let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
            self.say(Message::Close(Some(frame))).await.ok();
        }
    }

    /// Sends, unless the other side takes too long to read.
    async fn say(&mut self, message: Message) -> Result<(), Close> {
        match timeout(limits::IDLE, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(None),
        }
    }

    async fn send(&mut self, text: String) -> Result<(), Close> {
        self.say(Message::Text(text.into())).await
    }

    /// Tells what has changed, if it is time and the last news were taken.
    async fn look(&mut self) -> Result<(), Close> {
        let Some(run) = self.run.clone().filter(|_| self.is_watching && self.is_taken) else { return Ok(()) };
        if Instant::now() < self.next {
            return Ok(());
        }
        let begun = Instant::now();
        let news = self.told.news(&run, self.seq + 1).and_then(|news| serde_json::to_string(&news).ok());
        self.next = Instant::now() + begun.elapsed() * SHARE;
        match news {
            Some(text) => {
                (self.seq, self.is_taken) = (self.seq + 1, false);
                self.send(text).await
            }
            None => Ok(()),
        }
    }

    fn hear(&mut self, message: Message) -> Result<(), Close> {
        self.heard = Instant::now();
        if self.window.0.elapsed() >= Duration::from_secs(1) {
            self.window = (self.heard, 0);
        }
        self.window.1 += 1;
        if self.window.1 > limits::MESSAGES {
            return Err(Some((close_code::POLICY, "too many messages a second")));
        }
        let text = match message {
            Message::Text(text) => text,
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
            Message::Close(_) => return Err(None),
            Message::Binary(_) => return Err(Some((close_code::UNSUPPORTED, "messages are texts of JSON"))),
        };
        match serde_json::from_str(&text) {
            Ok(Said::See(see)) => {
                self.told.sees(see);
                self.is_watching = true;
            }
            // An old one is of a message that was overtaken.
            Ok(Said::Ack { seq }) => self.is_taken |= seq == self.seq,
            Ok(Said::Ask { id, path, body }) => self.ask(id, path, body),
            Err(_) => return Err(Some((close_code::INVALID, "this is no message; see docs/explorer.md"))),
        }
        Ok(())
    }

    /// Has a question answered, while the talk goes on.
    fn ask(&self, id: u64, path: String, body: Value) {
        let (answers, inner) = (self.answers.clone(), self.inner.clone());
        let place = Arc::clone(&self.asks).try_acquire_owned();
        tokio::spawn(async move {
            let (status, text) = match place {
                Ok(_place) => answer(inner, &path, &body).await,
                Err(_) => (503, mistake("too many questions at a time; hint: wait for an answer")),
            };
            let text = format!(r#"{{"k":"answer","id":{id},"status":{status},"body":{text}}}"#);
            answers.send(text).await.ok();
        });
    }
}

fn mistake(why: &str) -> String {
    let (what, hint) = why.split_once("; hint: ").unwrap_or((why, ""));
    serde_json::json!({ "mistakes": [{ "what": what, "hint": hint, "from": null, "to": null }] }).to_string()
}

/// The answer of an address: its status, and JSON.
async fn answer(inner: Router, path: &str, body: &Value) -> (u16, String) {
    if !path.starts_with("/api/") {
        return (404, mistake("there is nothing under this address; hint: ask for /api/..."));
    }
    let request = Request::builder().uri(path);
    let request = match body {
        Value::Null => request.method(Method::GET).body(Body::empty()),
        body => {
            let request = request.method(Method::POST).header(header::CONTENT_TYPE, "application/json");
            request.body(Body::from(body.to_string()))
        }
    };
    let Ok(request) = request else { return (400, mistake("the path is no address")) };
    let Ok(response) = TowerToHyperService::new(inner).call(request).await;
    let status = response.status().as_u16();
    let is_json = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    let Ok(bytes) = to_bytes(response.into_body(), limits::ANSWER_BYTES).await else {
        return (500, mistake("the answer is too large"));
    };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    (status, if is_json { text } else { Value::from(text).to_string() })
}
