//! What is answered under which address. Errors are JSON too: `{"mistakes": [{"what", "hint", "from", "to"}]}`, places in bytes of the formula.

use super::ask::{Ask, Query};
use super::guard::{Guard, Verdict};
use super::point::{Engine, Point};
use super::run::{self, Run};
use super::worker::{Refused, Worker};
use super::{array, assets, limits, look, paths, prove};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use chainrule::{Diagnostic, Mistake, Place};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;

/// What all answers share.
#[derive(Clone)]
pub struct Site {
    /// Who may ask.
    pub guard: Arc<Guard>,
    /// The engine's thread.
    pub worker: Worker<Engine>,
    /// What the page shows first, as JSON.
    pub start: Arc<String>,
    /// The training to look at, if there is one.
    pub run: Option<Arc<Run>>,
    /// Where the page's files are read from, in the place of those in the binary.
    pub folder: Option<Arc<Path>>,
    /// Places for sockets.
    pub sockets: Arc<Semaphore>,
    /// Tells when the server ends.
    pub closing: watch::Receiver<bool>,
}

/// Everything that is answered.
pub fn router(site: Site) -> Router {
    let mut router = Router::new();
    for asset in &assets::ALL {
        router = router.route(asset.path, get(async |State(site): State<Site>| asset_answer(&site, asset)));
    }
    let router = router
        .merge(run::routes())
        // Browsers ask for it unasked.
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
        .route("/api/start", get(start))
        .route("/api/scene", get(scene).post(scene))
        .route("/api/set", post(scene))
        .route("/api/scene.svg", get(svg).post(svg))
        .route("/api/gate/{id}", get(gate))
        .route("/api/check", get(check).post(check))
        .route("/api/paths", get(why).post(why))
        .route("/api/array", get(array).post(array))
        .route("/api/index", get(index).post(index))
        .fallback(async || refuse(StatusCode::NOT_FOUND, "there is nothing under this address; hint: open /"))
        .method_not_allowed_fallback(async || {
            refuse(
                StatusCode::METHOD_NOT_ALLOWED,
                "this address does not take this method; hint: GET, or POST with a body",
            )
        })
        .layer(DefaultBodyLimit::max(limits::BODY));
    // What a socket asks was let in with it, and has no socket of its own.
    let inner = router.clone().with_state(site.clone());
    let socket = async move |State(site): State<Site>,
                             upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>| {
        match upgrade {
            Ok(upgrade) => run::open(&site, inner, upgrade),
            Err(why) => refuse(why.status(), "this is no handshake of a socket; hint: open / in a browser"),
        }
    };
    router
        .route("/ws", get(socket))
        .layer(middleware::from_fn_with_state(site.clone(), guarded))
        .with_state(site)
}

/// Sees to it that only those who may are answered, and tells the browser what the page needs: nothing from elsewhere.
async fn guarded(State(site): State<Site>, request: Request, next: Next) -> Response {
    let mut response = match site.guard.judge(request.method(), request.uri(), request.headers()) {
        Verdict::Pass => next.run(request).await,
        Verdict::Welcome(cookie) => {
            let headers = [(header::SET_COOKIE, cookie), (header::LOCATION, "/".to_string())];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        Verdict::Refuse(why) => refuse(StatusCode::FORBIDDEN, why),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (
            "content-security-policy",
            "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn asset_answer(site: &Site, asset: &'static assets::Asset) -> Response {
    let body = match &site.folder {
        None => Body::from(asset.bytes),
        Some(folder) => match std::fs::read(folder.join(asset.file)) {
            Ok(bytes) => Body::from(bytes),
            Err(_) => return refuse(StatusCode::NOT_FOUND, "the folder of the page lacks this file"),
        },
    };
    ([(header::CONTENT_TYPE, asset.kind)], body).into_response()
}

async fn start(State(site): State<Site>) -> Response {
    json_text(site.start.to_string())
}

async fn scene(State(site): State<Site>, Asked(ask): Asked) -> Response {
    answer(&site, ask, look::look).await
}

async fn svg(State(site): State<Site>, Asked(ask): Asked) -> Response {
    match work(&site, ask, look::picture).await {
        Ok(text) => ([(header::CONTENT_TYPE, "image/svg+xml")], text).into_response(),
        Err(refused) => refused,
    }
}

async fn gate(
    State(site): State<Site>,
    axum::extract::Path(id): axum::extract::Path<String>,
    Asked(ask): Asked,
) -> Response {
    answer(&site, Ask { at: Some(id), ..ask }, look::block).await
}

async fn check(State(site): State<Site>, Asked(ask): Asked) -> Response {
    answer(&site, ask, prove::prove).await
}

async fn why(State(site): State<Site>, Asked(ask): Asked) -> Response {
    answer(&site, ask, paths::answer).await
}

async fn index(State(site): State<Site>, Asked(ask): Asked) -> Response {
    answer(&site, ask, look::index).await
}

async fn array(State(site): State<Site>, Asked(ask): Asked) -> Response {
    answer(&site, ask, array::arrays).await
}

/// What the engine says about a point, as JSON.
async fn answer<T: Serialize + Send + 'static>(
    site: &Site,
    ask: Ask,
    say: impl FnOnce(&Point, &Ask) -> Result<T, Diagnostic> + Send + 'static,
) -> Response {
    let text = work(site, ask, |point, ask| {
        let answer = say(point, ask)?;
        serde_json::to_string(&answer)
            .map_err(|why| Mistake::new(Place::Unknown, "", format!("no JSON: {why}")).into())
    });
    text.await.map_or_else(|refused| refused, json_text)
}

async fn work<T: Send + 'static>(
    site: &Site,
    ask: Ask,
    say: impl FnOnce(&Point, &Ask) -> Result<T, Diagnostic> + Send + 'static,
) -> Result<T, Response> {
    let result = site.worker.ask(move |engine| say(&*engine.point(&ask)?, &ask)).await;
    match result {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(mistakes)) => Err(wrong(&mistakes)),
        Err(Refused::Busy) => Err(refuse(
            StatusCode::SERVICE_UNAVAILABLE,
            "the engine has too much to do; hint: ask again in a second",
        )),
        Err(Refused::Late) => Err(refuse(
            StatusCode::SERVICE_UNAVAILABLE,
            "the engine takes too long over it; hint: make the formula smaller",
        )),
        Err(Refused::Broken) => Err(refuse(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the engine broke down over it; hint: this is a bug, please report it",
        )),
    }
}

/// What a request's body says, which is JSON.
pub(super) struct Given<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Given<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Given<T>, Response> {
        let is_json =
            request.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
        if !is_json {
            return Err(refuse(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "the body is no JSON; hint: send application/json",
            ));
        }
        let body = timeout(limits::IDLE, Bytes::from_request(request, state)).await;
        let body = body.map_err(|_| {
            refuse(StatusCode::REQUEST_TIMEOUT, "the body takes too long; hint: send it in one go")
        })?;
        let body = body.map_err(|why: BytesRejection| {
            refuse(why.status(), &format!("the body is refused: at most {} bytes are taken", limits::BODY))
        })?;
        let given = serde_json::from_slice(&body);
        given.map(Given).map_err(|why| refuse(StatusCode::BAD_REQUEST, &format!("the body: {why}")))
    }
}

/// A request's question, from its address or its body.
struct Asked(Ask);

impl<S: Send + Sync> FromRequest<S> for Asked {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Asked, Response> {
        let ask: Ask = if request.method() == axum::http::Method::POST {
            Given::from_request(request, state).await?.0
        } else {
            let query = axum::extract::Query::<Query>::try_from_uri(request.uri());
            let query =
                query.map_err(|why: QueryRejection| refuse(StatusCode::BAD_REQUEST, &why.body_text()))?.0;
            Ask::try_from(query).map_err(|why| refuse(StatusCode::BAD_REQUEST, &why))?
        };
        ask.bounded().map_err(|why| refuse(StatusCode::PAYLOAD_TOO_LARGE, &why))?;
        Ok(Asked(ask))
    }
}

pub(super) fn json_text(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// A mistake as the page shows it.
#[derive(Serialize)]
struct Told {
    what: String,
    hint: Option<String>,
    /// Bytes of the formula, from and to.
    from: Option<u32>,
    to: Option<u32>,
}

#[derive(Serialize)]
struct Mistakes {
    mistakes: Vec<Told>,
}

fn told(mistake: &Mistake) -> Told {
    let speaker = if mistake.gate.is_empty() { String::new() } else { format!("{}: ", mistake.gate) };
    let (prefix, span) = match &mistake.place {
        Place::Text { span, .. } => (String::new(), Some(span.clone())),
        other => (other.to_string(), None),
    };
    Told {
        what: format!("{prefix}{speaker}{}", mistake.what),
        hint: mistake.hint.clone(),
        from: span.as_ref().map(|span| span.start),
        to: span.map(|span| span.end),
    }
}

fn wrong(diagnostic: &Diagnostic) -> Response {
    said(StatusCode::UNPROCESSABLE_ENTITY, diagnostic.mistakes().iter().map(told).collect())
}

pub(super) fn refuse(status: StatusCode, why: &str) -> Response {
    let (what, hint) =
        why.split_once("; hint: ").map_or((why, None), |(what, hint)| (what, Some(hint.to_string())));
    said(status, vec![Told { what: what.to_string(), hint, from: None, to: None }])
}

fn said(status: StatusCode, mistakes: Vec<Told>) -> Response {
    let text = serde_json::to_string(&Mistakes { mistakes }).unwrap_or_default();
    (status, json_text(text)).into_response()
}
