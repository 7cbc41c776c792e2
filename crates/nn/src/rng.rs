//! Seeded random numbers for what happens outside circuits: splits, shuffles, first weights, shifts.

use chainrule::random;

/// What a stream is drawn for. Each purpose has its own, so that one more draw for one does not change another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Which examples are held out.
    Split = 1,
    /// First weights.
    Start = 2,
    /// The order of examples in an epoch.
    Shuffle = 3,
    /// Shifts of images in a step.
    Shift = 4,
    /// What a step drops.
    Dropout = 5,
    /// Data that is made, not measured.
    Data = 6,
    /// What a network makes up.
    Sample = 7,
}

/// A stream of random numbers: a key and how far it was read. The same on every machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rng {
    key: i64,
    next: u64,
}

impl Rng {
    /// The stream of a seed for one purpose.
    pub fn new(seed: u64, purpose: Purpose) -> Rng {
        Rng { key: random::fold(seed as i64, purpose as i64), next: 0 }
    }

    /// A stream of its own for number `i` of something: an epoch, a tensor.
    pub fn fold(&self, i: u64) -> Rng {
        Rng { key: random::fold(self.key, i as i64), next: 0 }
    }

    /// Its key, for what is drawn inside circuits.
    pub fn key(&self) -> i64 {
        self.key
    }

    fn advance(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    /// Uniform in [0, 1).
    pub fn uniform(&mut self) -> f64 {
        random::uniform_f64(self.key, self.advance())
    }

    /// Normal with mean 0 and variance 1.
    pub fn normal(&mut self) -> f64 {
        random::normal(self.key, self.advance())
    }

    /// One of 0, 1, .. n - 1; 0 where there is none. The bias, below n / 2^53, can't be seen.
    pub fn below(&mut self, n: usize) -> usize {
        ((self.uniform() * n as f64) as usize).min(n.saturating_sub(1))
    }

    /// Puts a slice into random order (Fisher and Yates 1938).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_order_again_and_another_seed_another() {
        let order = |seed| {
            let mut items: Vec<usize> = (0..50).collect();
            Rng::new(seed, Purpose::Shuffle).fold(3).shuffle(&mut items);
            items
        };
        assert_eq!(order(7), order(7));
        assert_ne!(order(7), order(8));
        let mut sorted = order(7);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..50).collect::<Vec<_>>());
    }

    #[test]
    fn purposes_and_folds_are_streams_apart() {
        let first = |mut rng: Rng| rng.uniform().to_bits();
        let shuffle = Rng::new(1, Purpose::Shuffle);
        let all = [
            first(Rng::new(1, Purpose::Split)),
            first(shuffle.clone()),
            first(shuffle.fold(0)),
            first(shuffle.fold(1)),
        ];
        for (i, a) in all.iter().enumerate() {
            assert!(all[i + 1..].iter().all(|b| a != b));
        }
    }

    #[test]
    fn below_reaches_every_number_and_no_other() {
        let mut rng = Rng::new(0, Purpose::Shift);
        let mut seen = [0; 3];
        (0..300).for_each(|_| seen[rng.below(3)] += 1);
        assert!(seen.iter().all(|&n| n > 70), "{seen:?}");
        assert_eq!(rng.below(0), 0);
        assert_eq!(rng.below(1), 0);
    }
}
