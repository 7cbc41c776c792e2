//! The loss of every step, as curves have it.

use super::Run;
use crate::run::number::Number;
use serde::Serialize;

/// Points that are sent if nothing else is asked for, and at most.
pub const POINTS: (usize, usize) = (1000, 8192);

/// A part of the curve.
#[derive(Serialize)]
pub struct Losses {
    from: u64,
    s: Vec<u64>,
    loss: Vec<Number>,
    lr: Vec<Number>,
    tries: Tries,
}

impl Losses {
    /// The last step.
    pub fn last(&self) -> Option<u64> {
        self.s.last().copied()
    }
}

/// Validations.
#[derive(Serialize)]
struct Tries {
    s: Vec<u64>,
    loss: Vec<Number>,
    accuracy: Vec<Option<Number>>,
}

/// The losses from a step on.
pub fn losses(run: &Run, from: u64, points: usize) -> Losses {
    let book = run.book();
    let dots = book.curve.dots(from, points.clamp(2, POINTS.1));
    let tried = || book.tries.items().iter().filter(|tried| tried.s >= from);
    Losses {
        from,
        s: dots.iter().map(|dot| dot.s).collect(),
        loss: dots.iter().map(|dot| Number(dot.loss)).collect(),
        lr: dots.iter().map(|dot| Number(dot.lr)).collect(),
        tries: Tries {
            s: tried().map(|tried| tried.s).collect(),
            loss: tried().map(|tried| Number(tried.loss)).collect(),
            accuracy: tried().map(|tried| tried.acc.map(Number)).collect(),
        },
    }
}
