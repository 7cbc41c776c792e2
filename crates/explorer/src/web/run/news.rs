//! What a page is told unasked: of what it says that it can see, what has changed, from the newest state.

use super::Run;
use super::at::{At, at};
use super::boundary::{Boundary, boundary};
use super::info::{Info, info};
use super::losses::{self, Losses, losses};
use super::network::{Network, network};
use super::strip::{self, Strip, strip};
use crate::run::Field;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// Between two pictures of what changes only with observed steps: more often nobody can see.
const SLOW: Duration = Duration::from_millis(200);

/// What a page can see.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct See {
    /// The losses from a step on.
    pub losses: Option<u64>,
    /// The layers.
    pub at: bool,
    /// The boxes.
    pub network: bool,
    /// One wire's histograms.
    pub strip: Option<Which>,
    /// The plane.
    pub boundary: bool,
}

/// A wire, and what of it.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// The wire.
    pub w: u32,
    /// What of it.
    pub f: Field,
}

/// News.
#[derive(Serialize)]
pub struct News {
    k: &'static str,
    seq: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<Info>,
    #[serde(skip_serializing_if = "Option::is_none")]
    losses: Option<Losses>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<Network>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strip: Option<Strip>,
    #[serde(skip_serializing_if = "Option::is_none")]
    boundary: Option<Boundary>,
}

/// What decides whether something has changed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct State {
    version: u64,
    backs: u64,
    last: u64,
    observed: usize,
    births: usize,
    planes: usize,
    control: u64,
    is_going: bool,
}

/// What one page was told last.
#[derive(Debug, Default)]
pub struct Told {
    see: See,
    state: Option<State>,
    /// Where the losses go on.
    losses: u64,
    slow: Option<Instant>,
    slowly: Option<State>,
}

impl Told {
    /// The page sees something else from now on. What it sees newly it is told whole.
    pub fn sees(&mut self, see: See) {
        self.losses = see.losses.unwrap_or_default();
        (self.see, self.state, self.slow, self.slowly) = (see, None, None, None);
    }

    /// What has changed since the last time, if anything has.
    pub fn news(&mut self, run: &Run, seq: u64) -> Option<News> {
        let now = state(run);
        let before = self.state;
        let is_back = before.is_some_and(|before| before.backs != now.backs);
        if is_back {
            self.losses = self.see.losses.unwrap_or_default();
        }
        let is_new = before != Some(now);
        let is_over = self.slow.is_none_or(|at| at.elapsed() >= SLOW);
        let slowly = self.slowly.filter(|_| !is_back);
        let of_moments = |state: State| (state.observed, state.births, state.backs);
        let is_seen = is_over && slowly.map(of_moments) != Some(of_moments(now));
        // The loss beside the layers goes on between observed steps.
        let is_later = is_over && slowly.map(|before| before.last) != Some(now.last);
        let is_drawn = is_over && slowly.map(|before| before.planes) != Some(now.planes);
        if !is_new && !is_seen && !is_later && !is_drawn {
            return None;
        }
        let see = self.see.clone();
        let news = News {
            k: "news",
            seq,
            run: is_new.then(|| info(run)),
            losses: see.losses.filter(|_| is_new).map(|_| losses(run, self.losses, losses::POINTS.0)),
            at: (see.at && (is_seen || is_later)).then(|| at(run, None)),
            network: (see.network && is_seen).then(|| network(run, None)),
            strip: see.strip.filter(|_| is_seen).and_then(|of| strip(run, of.w, of.f, strip::COLUMNS.0)),
            boundary: if see.boundary && is_drawn { boundary(run, None) } else { None },
        };
        if let Some(last) = news.losses.as_ref().and_then(Losses::last) {
            self.losses = last + 1;
        }
        self.state = Some(now);
        if is_seen || is_later || is_drawn {
            (self.slow, self.slowly) = (Some(Instant::now()), Some(now));
        }
        Some(news)
    }
}

fn state(run: &Run) -> State {
    let control = run.control().map_or(0, |control| control.version());
    let is_going = run.is_going();
    let book = run.book();
    State {
        version: book.version,
        backs: book.backs,
        last: book.last.as_ref().map_or(0, |last| last.s),
        observed: book.observed(),
        births: book.births.len(),
        planes: book.planes.seen(),
        control,
        is_going,
    }
}
