//! What is answered about a run.

use super::control::Order;
use super::{Run, at, births, boundary, info, losses, network, strip};
use crate::run::Field;
use crate::web::limits;
use crate::web::routes::{Given, Site, json_text, refuse};
use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// The addresses of a run.
pub fn routes() -> Router<Site> {
    Router::new()
        .route("/api/run", get(async |Of(run): Of| json(&info::info(&run))))
        .route("/api/run/losses", get(losses_of))
        .route("/api/run/at", get(async |Of(run): Of, Asked(when): Asked<When>| json(&at::at(&run, when.s))))
        .route(
            "/api/run/network",
            get(async |Of(run): Of, Asked(when): Asked<When>| json(&network::network(&run, when.s))),
        )
        .route("/api/run/strip", get(strip_of))
        .route("/api/run/births", get(async |Of(run): Of| json(&births::births(&run))))
        .route("/api/run/boundary", get(boundary_of))
        .route("/api/run/ctl", post(order))
}

/// At which step; without one, at the last.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct When {
    s: Option<u64>,
}

/// From which step on, and how many points.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    #[serde(default)]
    from: u64,
    points: Option<usize>,
}

/// Which wire, and what of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    w: u32,
    f: Field,
    columns: Option<usize>,
}

async fn losses_of(Of(run): Of, Asked(part): Asked<Part>) -> Response {
    json(&losses::losses(&run, part.from, part.points.unwrap_or(losses::POINTS.0)))
}

async fn strip_of(Of(run): Of, Asked(which): Asked<Which>) -> Response {
    match strip::strip(&run, which.w, which.f, which.columns.unwrap_or(strip::COLUMNS.0)) {
        Some(strip) => json(&strip),
        None => refuse(
            StatusCode::NOT_FOUND,
            "nothing was observed of this; hint: /api/run lists the wires, and what was seen of each",
        ),
    }
}

async fn boundary_of(Of(run): Of, Asked(when): Asked<When>) -> Response {
    match boundary::boundary(&run, when.s) {
        Some(boundary) => json(&boundary),
        None => refuse(
            StatusCode::NOT_FOUND,
            "there is no plane to draw; hint: it takes examples of two numbers, and classes",
        ),
    }
}

/// Asks something of the training, and waits until it is done, but not for ever.
async fn order(Of(run): Of, Given(order): Given<Order>) -> Response {
    let Some(control) = run.control() else {
        let why = "a run file can't be steered; hint: chainrule train --web can";
        return refuse(StatusCode::CONFLICT, why);
    };
    if let Err(why) = control.ask(order) {
        return refuse(StatusCode::CONFLICT, &why);
    }
    let asked = Instant::now();
    while !control.is_done() && asked.elapsed() < limits::ORDER {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    json(&info::info(&run))
}

/// The run, if there is one to look at.
struct Of(std::sync::Arc<Run>);

impl FromRequestParts<Site> for Of {
    type Rejection = Response;

    async fn from_request_parts(_: &mut Parts, site: &Site) -> Result<Of, Response> {
        let nothing =
            "there is no run to look at; hint: chainrule view FILE.run.jsonl, or chainrule train --web";
        site.run.clone().map(Of).ok_or_else(|| refuse(StatusCode::NOT_FOUND, nothing))
    }
}

/// What stands behind the question mark.
struct Asked<T>(T);

impl<T: for<'de> Deserialize<'de>> FromRequestParts<Site> for Asked<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &Site) -> Result<Asked<T>, Response> {
        let query = Query::<T>::try_from_uri(&parts.uri);
        let query = query.map_err(|why: QueryRejection| refuse(StatusCode::BAD_REQUEST, &why.body_text()))?;
        Ok(Asked(query.0))
    }
}

fn json<T: Serialize>(answer: &T) -> Response {
    match serde_json::to_string(answer) {
        Ok(text) => json_text(text),
        Err(why) => refuse(StatusCode::INTERNAL_SERVER_ERROR, &format!("no JSON: {why}")),
    }
}
