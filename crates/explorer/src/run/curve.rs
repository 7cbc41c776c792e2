//! The loss of every step in a bounded room: least and largest of each stretch, so that no peak is lost.

/// Stretches that are kept at most.
const MOST: usize = 4096;

/// A step on the curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dot {
    /// The step.
    pub s: u64,
    /// Its loss.
    pub loss: f64,
    /// Its learning rate.
    pub lr: f64,
}

/// Some steps one after another.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    first: Dot,
    last: Dot,
    least: Dot,
    most: Dot,
    /// One whose loss is no number, or infinite.
    lost: Option<Dot>,
    /// Of the finite losses, for the mean.
    sum: f64,
    count: u64,
}

impl Stretch {
    fn of(dot: Dot) -> Stretch {
        let is_finite = dot.loss.is_finite();
        Stretch {
            first: dot,
            last: dot,
            least: dot,
            most: dot,
            lost: (!is_finite).then_some(dot),
            sum: if is_finite { dot.loss } else { 0.0 },
            count: u64::from(is_finite),
        }
    }

    fn join(&mut self, next: &Stretch) {
        // A loss that is lost is neither the least nor the largest, unless there is no other.
        if !self.least.loss.is_finite() || next.least.loss < self.least.loss {
            self.least = next.least;
        }
        if !self.most.loss.is_finite() || next.most.loss > self.most.loss && next.most.loss.is_finite() {
            self.most = next.most;
        }
        self.lost = self.lost.or(next.lost);
        self.last = next.last;
        self.sum += next.sum;
        self.count += next.count;
    }

    /// Its least and largest, and one that is lost, in the order of their steps.
    fn dots(&self) -> impl Iterator<Item = Dot> + use<> {
        let mut dots = [Some(self.least), Some(self.most), self.lost];
        dots.sort_by_key(|dot| dot.map(|dot| dot.s));
        let mut before = None;
        dots.into_iter().flatten().filter(move |dot| before.replace(dot.s) != Some(dot.s))
    }
}

/// The losses of a run.
#[derive(Clone, Debug)]
pub struct Curve {
    stretches: Vec<Stretch>,
    /// Steps of a stretch.
    stride: u64,
    /// Steps in the last one.
    filled: u64,
    most: usize,
}

impl Default for Curve {
    fn default() -> Curve {
        Curve { stretches: Vec::new(), stride: 1, filled: 0, most: MOST }
    }
}

impl Curve {
    /// Adds the next step.
    pub fn push(&mut self, dot: Dot) {
        let next = Stretch::of(dot);
        match self.stretches.last_mut() {
            Some(last) if self.filled < self.stride => {
                last.join(&next);
                self.filled += 1;
            }
            _ => {
                self.stretches.push(next);
                self.filled = 1;
            }
        }
        if self.stretches.len() > self.most {
            // Of an odd number the last one has only one half yet.
            self.filled += if self.stretches.len().is_multiple_of(2) { self.stride } else { 0 };
            self.stretches = self.stretches.chunks(2).map(joined).collect();
            self.stride *= 2;
        }
    }

    /// Forgets this step and all after it. A stretch in which it is keeps what came before, as far as that is known.
    pub fn cut(&mut self, from: u64) {
        while self.stretches.last().is_some_and(|last| last.first.s >= from) {
            self.stretches.pop();
        }
        if let Some(last) = self.stretches.last_mut().filter(|last| last.last.s >= from) {
            let known: Vec<Dot> =
                [last.first, last.least, last.most].into_iter().filter(|dot| dot.s < from).collect();
            let mut kept = Stretch::of(known[0]);
            for dot in &known[1..] {
                kept.join(&Stretch::of(*dot));
            }
            kept.last = *known.iter().max_by_key(|dot| dot.s).unwrap_or(&last.first);
            *last = kept;
        }
        // The next step begins a stretch of its own.
        self.filled = self.stride;
    }

    /// The first step.
    pub fn first(&self) -> Option<Dot> {
        self.stretches.first().map(|stretch| stretch.first)
    }

    /// The last step.
    pub fn last(&self) -> Option<Dot> {
        self.stretches.last().map(|stretch| stretch.last)
    }

    /// At most about so many steps, from one on: of each part of the run the least, the largest and what is lost; and the first and the last.
    pub fn dots(&self, from: u64, points: usize) -> Vec<Dot> {
        let begin = self.stretches.partition_point(|stretch| stretch.last.s < from);
        let stretches = &self.stretches[begin..];
        let each = stretches.len().div_ceil((points / 2).max(1)).max(1);
        let mut dots: Vec<Dot> = stretches.chunks(each).flat_map(|part| joined(part).dots()).collect();
        dots.retain(|dot| dot.s >= from);
        if let Some(first) = stretches.first().map(|stretch| stretch.first).filter(|dot| dot.s >= from)
            && dots.first().is_none_or(|dot| dot.s > first.s)
        {
            dots.insert(0, first);
        }
        if let Some(last) = stretches.last().map(|stretch| stretch.last)
            && dots.last().is_none_or(|dot| dot.s < last.s)
        {
            dots.push(last);
        }
        dots
    }

    /// The step at or before this one, as near as it is known.
    pub fn at(&self, s: u64) -> Option<Dot> {
        let behind = self.stretches.partition_point(|stretch| stretch.first.s <= s);
        let stretch = self.stretches.get(behind.checked_sub(1)?)?;
        let known = stretch.dots().chain([stretch.first, stretch.last]);
        known.filter(|dot| dot.s <= s).max_by_key(|dot| dot.s)
    }

    /// For each stretch up to a step the last step and the mean loss; one that is lost is the loss of its stretch.
    pub fn means(&self, until: u64) -> impl Iterator<Item = (u64, f64)> {
        let known = self.stretches.iter().take_while(move |stretch| stretch.first.s <= until);
        known.map(|stretch| {
            let mean = stretch.lost.map_or(stretch.sum / stretch.count as f64, |dot| dot.loss);
            (stretch.last.s, mean)
        })
    }
}

fn joined(part: &[Stretch]) -> Stretch {
    let mut all = part[0];
    part[1..].iter().for_each(|next| all.join(next));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(most: usize, losses: impl IntoIterator<Item = f64>) -> Curve {
        let mut curve = Curve { most, ..Curve::default() };
        (1..).zip(losses).for_each(|(s, loss)| curve.push(Dot { s, loss, lr: 0.1 }));
        curve
    }

    #[test]
    fn peaks_and_lost_losses_survive_any_thinning() {
        let loss = |s: u64| match s {
            777 => 1e6,
            778 => -1e6,
            5000 => f64::NAN,
            s => (s as f64).sin(),
        };
        let curve = curve(16, (1..=10_000).map(loss));
        assert!(curve.stretches.len() <= 16);
        for points in [2, 8, 1000] {
            let dots = curve.dots(0, points);
            let has = |s: u64| dots.iter().any(|dot| dot.s == s);
            assert!(has(777) && has(778) && has(5000) && has(10_000), "{points}: {dots:?}");
            assert!(dots.windows(2).all(|pair| pair[0].s < pair[1].s), "{dots:?}");
        }
        assert!(curve.dots(9000, 1000).iter().all(|dot| dot.s >= 9000));
        assert_eq!(curve.first().map(|dot| dot.s), Some(1));
        let total: u64 = curve.stretches.iter().map(|stretch| stretch.count).sum();
        assert_eq!(total, 9999, "every step was counted once");
    }

    #[test]
    fn a_short_run_is_kept_whole() {
        let curve = curve(100, (1..=50).map(f64::from));
        assert_eq!(curve.dots(0, 1000).len(), 50);
        assert_eq!(curve.at(20).map(|dot| dot.loss), Some(20.0));
        assert_eq!(curve.at(0), None);
        assert_eq!(curve.means(3).collect::<Vec<_>>(), [(1, 1.0), (2, 2.0), (3, 3.0)]);
    }

    #[test]
    fn what_is_cut_can_come_again() {
        for from in [1, 7, 50, 64, 99, 100, 101] {
            let mut curve = curve(8, (1..=100).map(f64::from));
            curve.cut(from);
            assert!(curve.last().is_none_or(|dot| dot.s < from), "{from}");
            (from..=200).for_each(|s| curve.push(Dot { s, loss: s as f64, lr: 0.0 }));
            assert_eq!(curve.last().map(|dot| dot.s), Some(200));
            let dots = curve.dots(0, 100);
            assert!(dots.windows(2).all(|pair| pair[0].s < pair[1].s), "{from}: {dots:?}");
            assert!(curve.stretches.len() <= 8 + 1);
        }
    }
}
