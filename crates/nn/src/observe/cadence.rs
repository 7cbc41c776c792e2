//! Which steps are observed.

use chainrule_explorer::run::BUDGET;

/// How often.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cadence {
    /// Every so many steps.
    Every(u64),
    /// As often as this share of the time allows, as measured.
    Budget(f64),
}

impl Default for Cadence {
    /// 2 % of the time.
    fn default() -> Cadence {
        Cadence::Budget(BUDGET)
    }
}

/// Keeps the books. All times are in seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Books {
    cadence: Cadence,
    /// Steps that were booked.
    steps: u64,
    /// What steps took without observing.
    trained: f64,
    /// What observing took on top.
    observed: f64,
    /// What one step takes, smoothed; none until a plain one was booked.
    plain: Option<f64>,
    /// What observing one takes on top, smoothed.
    extra: f64,
    is_asked: bool,
}

/// How much of a smoothed time is the newest one.
const NEWEST: f64 = 0.2;

impl Books {
    pub fn new(cadence: Cadence) -> Books {
        let (steps, trained, observed, plain, extra) = (0, 0.0, 0.0, None, 0.0);
        Books { cadence, steps, trained, observed, plain, extra, is_asked: false }
    }

    /// Leaves a part of the budget to something else that is observed.
    pub fn leave(&mut self, part: f64) {
        if let Cadence::Budget(share) = &mut self.cadence {
            *share = (*share - part).max(0.0);
        }
    }

    /// Has the next step observed, whatever it costs.
    pub fn ask(&mut self) {
        self.is_asked = true;
    }

    /// Whether the next step is to be observed: the first always.
    pub fn is_due(&self) -> bool {
        let affordable = match self.cadence {
            Cadence::Every(steps) => self.steps.is_multiple_of(steps.max(1)),
            // What observing takes is not known before a step was made without it.
            Cadence::Budget(share) => {
                self.plain.is_some() && self.observed + self.extra <= share * (self.trained + self.observed)
            }
        };
        self.steps == 0 || self.is_asked || affordable
    }

    /// Books a step. Of an observed one `run` is the whole plan, and `after` what came on top: summaries and rules. Gives
    /// what of it was the step, and what observing.
    pub fn book(&mut self, is_observed: bool, run: f64, after: f64) -> (f64, f64) {
        self.steps += 1;
        if !is_observed {
            self.plain = Some(self.plain.map_or(run, |plain| plain + NEWEST * (run - plain)));
            self.trained += run;
            return (run, 0.0);
        }
        self.is_asked = false;
        // What the watching plan takes longer than the plain one; until that is known, all of it counts as the step.
        let own = self.plain.map_or(run, |plain| run.min(plain));
        let extra = run - own + after;
        self.extra = if self.extra == 0.0 { extra } else { self.extra + NEWEST * (extra - self.extra) };
        self.trained += own;
        self.observed += extra;
        (own, extra)
    }

    /// The share of the time that went into observing.
    pub fn share(&self) -> f64 {
        let all = self.trained + self.observed;
        if all > 0.0 { self.observed / all } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps of 1 ms; observing one takes so many more.
    fn observed(cadence: Cadence, extra: f64, steps: usize) -> (Vec<usize>, f64) {
        let mut books = Books::new(cadence);
        let mut seen = Vec::new();
        for step in 0..steps {
            let due = books.is_due();
            if due {
                seen.push(step);
            }
            books.book(due, if due { 1e-3 + extra / 2.0 } else { 1e-3 }, if due { extra / 2.0 } else { 0.0 });
        }
        (seen, books.share())
    }

    #[test]
    fn the_budget_is_kept_and_used() {
        for extra in [1e-5, 5e-4, 3e-3] {
            let (seen, share) = observed(Cadence::Budget(0.02), extra, 20_000);
            assert_eq!(seen[0], 0);
            assert!(share <= 0.0201 && share > 0.004, "{extra}: {share}");
        }
        let (seen, _) = observed(Cadence::Budget(0.02), 1e-5, 1000);
        assert_eq!(seen.len(), 999, "what costs next to nothing is done always");
    }

    #[test]
    fn every_so_many_steps_means_that() {
        assert_eq!(observed(Cadence::Every(3), 1.0, 10).0, [0, 3, 6, 9]);
        assert_eq!(observed(Cadence::Every(0), 1.0, 3).0, [0, 1, 2]);
    }

    #[test]
    fn what_is_asked_for_comes_next() {
        let mut books = Books::new(Cadence::Budget(0.0));
        books.book(true, 1.0, 1.0);
        assert!(!books.is_due());
        books.ask();
        assert!(books.is_due());
        books.book(true, 1.0, 1.0);
        assert!(!books.is_due());
    }
}
