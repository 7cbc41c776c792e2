//! Files that are random or damaged, and what reading each may cost.

use super::memory;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use std::time::{Duration, Instant};

/// How many files each reader gets in an ordinary run.
const CASES: u32 = 1000;
/// Longest message: twenty mistakes, each with its place, an excerpt and a hint.
const MESSAGE: usize = 20 * 600;
/// What every reader may ask for besides its factor times the file.
const ROOM: usize = 1 << 20;

/// One change of a file.
#[derive(Clone, Debug)]
pub struct Damage {
    pub kind: u8,
    pub at: Index,
    pub length: usize,
    pub byte: u8,
}

fn damages() -> impl Strategy<Value = Vec<Damage>> {
    let one = (0u8..8, any::<Index>(), 1usize..24, any::<u8>());
    let one = one.prop_map(|(kind, at, length, byte)| Damage { kind, at, length, byte });
    // What is hurt in one place is read further than what is hurt in many.
    prop_oneof![prop::collection::vec(one.clone(), 1..2), prop::collection::vec(one, 1..6)]
}

/// Does one change; `telling` are bytes that mean something to the format.
pub fn hurt(bytes: &mut Vec<u8>, damage: &Damage, telling: &[u8]) {
    if bytes.is_empty() {
        return bytes.push(damage.byte);
    }
    let at = damage.at.index(bytes.len());
    let end = (at + damage.length).min(bytes.len());
    let word = telling[usize::from(damage.byte) % telling.len()];
    match damage.kind {
        0 => bytes[at] ^= 1 << (damage.byte % 8),
        1 => bytes[at] = word,
        2 => bytes.insert(at, word),
        3 => bytes[at..end].fill([0, 0x7f, 0xff][usize::from(damage.byte) % 3]),
        4 => drop(bytes.drain(at..end)),
        5 => bytes.extend_from_within(at..end),
        6 => bytes.truncate(at),
        _ => {
            let part = bytes[at..end].to_vec();
            bytes.splice(at..at, part.repeat(usize::from(damage.byte)));
        }
    }
}

/// Changes of what a valid file says.
pub type Within = fn(&[u8], &[Damage]) -> Vec<u8>;

/// A reader: `read` gives what was wrong, or sees to it that what it read is whole.
pub struct Reader {
    pub name: &'static str,
    /// Whether it reads from the disk, which takes time.
    pub disk: bool,
    pub seeds: Vec<Vec<u8>>,
    pub telling: &'static [u8],
    /// Does the changes to what the bytes mean, and mends lengths and checksums, so that the damage is not found by those.
    pub within: Option<Within>,
    /// Most memory for each byte.
    pub factor: usize,
    pub read: fn(&[u8]) -> Result<(), String>,
}

impl Reader {
    fn damaged(&self, seed: &[u8], damages: &[Damage], within: bool) -> Vec<u8> {
        if let Some(f) = self.within.filter(|_| within) {
            return f(seed, damages);
        }
        let mut bytes = seed.to_vec();
        damages.iter().for_each(|damage| hurt(&mut bytes, damage, self.telling));
        bytes
    }

    /// Reads a file that has as much in it as it can, for the memory alone; what is said of it, if anything.
    pub fn crowded(&self, bytes: &[u8]) -> Option<String> {
        assert!(bytes.len() >= ROOM / 4, "a small file says nothing of the factor");
        let (read, most) = memory::most(|| (self.read)(bytes));
        println!("{}: {} bytes a byte", self.name, most / bytes.len());
        assert!(most <= self.factor * bytes.len() + ROOM, "{}: {most} bytes for {}", self.name, bytes.len());
        read.err()
    }

    fn check(&self, bytes: &[u8]) -> Result<bool, TestCaseError> {
        let (read, most) = memory::most(|| (self.read)(bytes));
        let allowed = self.factor * bytes.len() + ROOM;
        prop_assert!(most <= allowed, "{}: {most} bytes for {}", self.name, bytes.len());
        if let Err(text) = &read {
            prop_assert!(!text.is_empty() && text.len() < MESSAGE, "{}: {text:?}", self.name);
        }
        Ok(read.is_ok())
    }

    /// Runs so many cases; gives how many were read, and how many refused.
    fn cases(&self, count: u32, rng: TestRng) -> (u64, u64) {
        let random = prop::collection::vec(any::<u8>(), 0..300).prop_map(|bytes| (None, bytes, Vec::new()));
        let chosen = (0..self.seeds.len(), damages(), any::<bool>());
        let damaged = chosen.prop_map(|(seed, damages, within)| (Some((seed, within)), Vec::new(), damages));
        let files = prop_oneof![1 => random, 8 => damaged];
        let config = Config { cases: count, failure_persistence: None, ..Config::default() };
        let counts = std::cell::Cell::new((0, 0));
        let run = TestRunner::new_with_rng(config, rng).run(&files, |(seed, mut bytes, damages)| {
            if let Some((seed, within)) = seed {
                bytes = self.damaged(&self.seeds[seed], &damages, within);
            }
            let (read, refused) = counts.get();
            counts.set(if self.check(&bytes)? { (read + 1, refused) } else { (read, refused + 1) });
            Ok(())
        });
        match run {
            Ok(()) => counts.get(),
            Err(TestError::Fail(why, (seed, bytes, damages))) => {
                panic!("{}: {why}\nseed {seed:?} {bytes:?} {damages:?}", self.name)
            }
            Err(why) => panic!("{}: {why}", self.name),
        }
    }

    pub fn run(&self) {
        for (i, seed) in self.seeds.iter().enumerate() {
            assert!(matches!(self.check(seed), Ok(true)), "{}: seed {i}: {:?}", self.name, (self.read)(seed));
        }
        let seconds = std::env::var("CHAINRULE_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
        let Some(seconds) = seconds else {
            let count = if self.disk { CASES / 10 } else { CASES };
            let (_, refused) = self.cases(count, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
            assert!(refused > 0, "{}: nothing was refused", self.name);
            return;
        };
        let (start, mut all) = (Instant::now(), (0, 0));
        while start.elapsed() < Duration::from_secs(seconds) {
            let mut seed = [0; 32];
            let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
            seed[..16].copy_from_slice(&time.as_nanos().to_le_bytes());
            let (read, refused) = self.cases(500, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
            all = (all.0 + read, all.1 + refused);
        }
        println!("{}: {} s, {} files read, {} refused", self.name, seconds, all.0, all.1);
    }
}
