//! The time machine: how every layer was at a step.

use super::Run;
use super::layers::Layer;
use crate::health::{self, Severity, Thresholds, Verdict};
use crate::run::number::Number;
use crate::run::{BINS, Book, Field, Histogram, Moment, Sum};
use serde::Serialize;
use std::sync::Arc;

/// Observed steps of the small curve beside each layer.
const SPARK: usize = 60;

/// Everything at the last observed step before one.
#[derive(Serialize)]
pub struct At {
    s: u64,
    observed: Option<u64>,
    loss: Option<Number>,
    lr: Option<Number>,
    layers: Vec<State>,
    run: Vec<Said>,
}

/// A layer.
#[derive(Serialize)]
struct State {
    id: usize,
    gradient: Option<Gradient>,
    dead: Option<Number>,
    saturated: Option<Number>,
    ratio: Option<Number>,
    verdicts: Vec<Said>,
}

/// The gradients of its parameters.
#[derive(Serialize)]
struct Gradient {
    /// The mean size of an element.
    mean: Number,
    /// The largest.
    max: Number,
    /// The Euclidean norm.
    l2: Number,
    /// log10 of the norm at the last observed steps.
    spark: Vec<(u64, Number)>,
}

/// A verdict.
#[derive(Serialize)]
struct Said {
    rule: health::Rule,
    at: String,
    /// The watched wire that it is about, if it is one.
    w: Option<u32>,
    severity: Severity,
    x: Number,
    thr: Number,
    why: String,
    #[serde(rename = "try")]
    try_this: String,
}

impl Said {
    fn of(verdict: &Verdict, w: Option<u32>) -> Said {
        Said {
            rule: verdict.rule,
            at: verdict.at.clone(),
            w,
            severity: verdict.severity,
            x: Number(verdict.value),
            thr: Number(verdict.threshold),
            why: verdict.why.clone(),
            try_this: verdict.try_this.clone(),
        }
    }
}

/// How it was at a step; without one, at the last.
pub fn at(run: &Run, s: Option<u64>) -> At {
    let mut book = run.book();
    let last = book.last.as_ref().map_or(0, |last| last.s);
    let s = s.unwrap_or(last).min(last);
    // A birth is told of before its step.
    let verdicts = health::check(book.history(s), &Thresholds::default());
    let Some(layers) = run.layers(&book) else {
        return At { s, observed: None, loss: None, lr: None, layers: vec![], run: vec![] };
    };
    let moments = book.moments_until(s);
    let watched = |verdict: &Verdict| {
        let mut watched = book.graph.iter().flat_map(|graph| &graph.watch);
        watched.find(|watch| watch.name == verdict.at).map(|watch| watch.w)
    };
    let of = |verdict: &Verdict| {
        let by_name = || layers.list.iter().find(|layer| layer.name == verdict.at).map(|layer| layer.id);
        watched(verdict).and_then(|w| layers.layer_of(w)).or_else(by_name)
    };
    let owners: Vec<Option<usize>> = verdicts.iter().map(of).collect();
    let said = |owner: Option<usize>| -> Vec<Said> {
        let own = verdicts.iter().zip(&owners).filter(|(_, own)| **own == owner);
        own.map(|(verdict, _)| Said::of(verdict, watched(verdict))).collect()
    };
    let state = |layer: &Layer| State { verdicts: said(Some(layer.id)), ..state(&book, layer, moments) };
    let dot = book.curve.at(s);
    At {
        s,
        observed: moments.last().map(|moment| moment.s),
        loss: dot.map(|dot| Number(dot.loss)),
        lr: dot.map(|dot| Number(dot.lr)),
        layers: layers.list.iter().map(state).collect(),
        run: said(None),
    }
}

fn state(book: &Book, layer: &Layer, moments: &[Arc<Moment>]) -> State {
    let now = moments.last();
    let sums = |wires: &[u32], field: Field| -> Vec<&Sum> {
        wires.iter().filter_map(|&w| now.and_then(|moment| moment.sum(w, field))).collect()
    };
    let gradients = sums(&layer.parameters, Field::Gradient);
    let activations = sums(&layer.activations, Field::Value);
    let worst = |shares: &mut dyn Iterator<Item = f64>| shares.reduce(f64::max).map(Number);
    let dead = |sum: &&Sum| {
        sum.units.filter(|&units| units > 0).zip(sum.dead).map(|(n, dead)| dead as f64 / n as f64)
    };
    State {
        id: layer.id,
        gradient: (!gradients.is_empty()).then(|| Gradient {
            mean: Number(mean_size(&gradients)),
            max: Number(gradients.iter().map(|sum| largest(sum)).fold(0.0, worse)),
            l2: Number(norm(&gradients)),
            spark: spark(layer, moments),
        }),
        dead: worst(&mut activations.iter().filter_map(dead)),
        saturated: worst(&mut activations.iter().filter_map(|sum| sum.sat)),
        ratio: now.and_then(|moment| ratio(book, layer, moment)).map(Number),
        verdicts: Vec::new(),
    }
}

fn spark(layer: &Layer, moments: &[Arc<Moment>]) -> Vec<(u64, Number)> {
    let recent = &moments[moments.len().saturating_sub(SPARK)..];
    let norm = |moment: &Arc<Moment>| {
        let sums = layer.parameters.iter().filter_map(|&w| moment.sum(w, Field::Gradient));
        let sums: Vec<&Sum> = sums.collect();
        (!sums.is_empty()).then(|| (moment.s, Number(norm(&sums).log10())))
    };
    recent.iter().filter_map(norm).collect()
}

/// NaN is worse than any number.
fn worse(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) }
}

fn is_whole(sum: &Sum) -> bool {
    sum.nan + sum.pinf + sum.ninf == 0
}

/// The size of the largest element; of one that is no number, that.
fn largest(sum: &Sum) -> f64 {
    match sum {
        sum if sum.nan > 0 => f64::NAN,
        sum if !is_whole(sum) => f64::INFINITY,
        sum => sum.min.abs().max(sum.max.abs()),
    }
}

fn norm(sums: &[&Sum]) -> f64 {
    if sums.iter().any(|sum| sum.nan > 0) {
        return f64::NAN;
    }
    if sums.iter().any(|sum| !is_whole(sum)) {
        return f64::INFINITY;
    }
    sums.iter().map(|sum| sum.l2 * sum.l2).sum::<f64>().sqrt()
}

/// The mean size of elements, from their histograms: each counts as the middle of its bin, which is a fifth off at most and far
/// less in the mean.
fn mean_size(sums: &[&Sum]) -> f64 {
    if sums.iter().any(|sum| !is_whole(sum)) {
        return norm(sums);
    }
    let (mut total, mut count) = (0.0, 0);
    for sum in sums {
        count += sum.n;
        let Ok(histogram) = Histogram::decoded(&sum.h) else { continue };
        let most = largest(sum);
        for bin in (0..BINS).filter(|&bin| histogram.counts()[bin] > 0) {
            let (from, to) = Histogram::bounds(bin);
            let (low, high) = (from.abs().min(to.abs()), from.abs().max(to.abs()).min(most));
            total += histogram.counts()[bin] as f64 * (low + high) / 2.0;
        }
    }
    if count == 0 { 0.0 } else { total / count as f64 }
}

/// log10 of the update beside the weights, by their norms. Of weights alone, where there are any: biases begin at 0.
fn ratio(book: &Book, layer: &Layer, moment: &Moment) -> Option<f64> {
    let graph = book.graph.as_ref()?;
    let is_weight = |w: &u32| graph.watch.iter().any(|watch| watch.w == *w && watch.rank >= 2);
    let weights: Vec<u32> = layer.parameters.iter().copied().filter(is_weight).collect();
    let wires = if weights.is_empty() { &layer.parameters } else { &weights };
    let of = |field: Field| -> Vec<&Sum> { wires.iter().filter_map(|&w| moment.sum(w, field)).collect() };
    let (updates, weights) = (of(Field::Update), of(Field::Parameter));
    let (update, weight) = (norm(&updates), norm(&weights));
    (!updates.is_empty() && weight > 0.0).then(|| (update / weight).log10())
}
