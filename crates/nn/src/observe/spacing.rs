//! When the state is kept: as often as a share of the time allows, as measured.

/// The share of the time that keeping the state may take.
const SHARE: f64 = 0.01;
/// Steps between two snapshots: at least, and at most. Of more a way back would take too long.
const STEPS: (u64, u64) = (100, 10_000);
/// How much of a smoothed time is the newest one.
const NEWEST: f64 = 0.2;

/// Keeps the books of snapshots. All times are in seconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spacing {
    /// What a step without a snapshot takes, smoothed.
    usual: Option<f64>,
    /// What one with a snapshot takes on top, smoothed: the look at all numbers, and the step's writing beside the old state.
    extra: f64,
    /// What all steps took, and what of it were snapshots.
    all: f64,
    spent: f64,
    /// Steps since the last snapshot.
    since: u64,
    taken: u64,
}

/// What snapshots have cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Kept {
    /// How many were taken.
    pub snapshots: u64,
    /// Bytes of each.
    pub bytes: u64,
    /// Seconds that they took, all together: of each what its step took longer than others.
    pub seconds: f64,
    /// The share of the time of all steps.
    pub share: f64,
}

impl Spacing {
    /// Whether the next step should be preceded by a snapshot.
    pub fn is_due(&self) -> bool {
        let (least, most) = STEPS;
        self.since >= most || self.since >= least && self.spent + self.extra <= SHARE * self.all
    }

    /// Books a step, and whether a snapshot preceded it. Nothing is known of the time of one that was made otherwise, such as one
    /// that was observed.
    pub fn book(&mut self, is_fresh: bool, seconds: Option<f64>) {
        self.since = if is_fresh { 1 } else { self.since + 1 };
        self.taken += u64::from(is_fresh);
        let Some(usual) = self.usual else {
            self.usual = seconds.filter(|_| !is_fresh);
            return;
        };
        if !is_fresh {
            let seconds = seconds.unwrap_or(usual);
            self.usual = Some(usual + NEWEST * (seconds - usual));
            self.all += seconds;
            return;
        }
        // One slow step, such as one that was interrupted, is no more than some.
        let seen = seconds.map_or(self.extra, |seconds| (seconds - usual).max(0.0));
        self.extra = if self.extra == 0.0 { seen } else { self.extra + NEWEST * (seen - self.extra) };
        self.spent += seen;
        self.all += usual + seen;
    }

    /// What it was for.
    pub fn kept(&self, bytes: u64) -> Kept {
        let share = if self.all > 0.0 { self.spent / self.all } else { 0.0 };
        Kept { snapshots: self.taken, bytes, seconds: self.spent, share }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps of 1 ms; one with a snapshot takes so much longer. Gives the steps before which one was taken.
    fn taken(extra: f64, steps: u64) -> (Vec<u64>, Kept) {
        let (mut spacing, mut taken) = (Spacing::default(), Vec::new());
        for step in 0..steps {
            let is_fresh = step == 0 || spacing.is_due();
            taken.extend(is_fresh.then_some(step));
            spacing.book(is_fresh, Some(if is_fresh { 1e-3 + extra } else { 1e-3 }));
        }
        (taken, spacing.kept(0))
    }

    #[test]
    fn snapshots_take_less_than_their_share_whatever_they_cost() {
        for extra in [0.0, 1e-5, 1e-3, 5e-3, 3e-2] {
            let (taken, kept) = taken(extra, 30_000);
            // What the first of all costs is not known before it was taken, and paid back at once.
            assert!(kept.share < 0.0101, "{extra}: {kept:?}");
            assert_eq!(kept.snapshots, taken.len() as u64);
            let gaps: Vec<u64> = taken.windows(2).skip(2).map(|pair| pair[1] - pair[0]).collect();
            let wanted = (extra / 1e-5).round() as u64;
            let is_near = |gap: &u64| gap.abs_diff(wanted.max(100)) <= wanted / 5 + 1;
            assert!(gaps.iter().all(is_near), "{extra}: {gaps:?}");
        }
    }

    #[test]
    fn a_way_back_never_gets_too_long() {
        let (taken, _) = taken(10.0, 25_000);
        assert!(taken.windows(2).all(|pair| pair[1] - pair[0] <= 10_000) && taken.len() >= 3, "{taken:?}");
    }

    #[test]
    fn steps_of_unknown_times_count_as_usual_ones() {
        let mut spacing = Spacing::default();
        spacing.book(false, Some(1e-3));
        spacing.book(true, Some(2e-3));
        spacing.book(true, None);
        assert!((spacing.kept(8).share - 0.5).abs() < 1e-12, "{spacing:?}");
        assert_eq!(spacing.kept(8).bytes, 8);
    }
}
