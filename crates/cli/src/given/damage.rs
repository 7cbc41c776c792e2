//! Damaged files for tests: cut short, with bytes changed, doubled, dropped, or claiming the largest numbers.

/// Calls `f` with every beginning of a file, and with so many damaged ones, the same in every run.
pub fn each(whole: &[u8], count: u64, mut f: impl FnMut(&[u8])) {
    (0..whole.len()).for_each(|length| f(&whole[..length]));
    for seed in 0..count {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let mut bytes = whole.to_vec();
        for _ in 0..=random.below(3) {
            hurt(&mut bytes, &mut random);
        }
        f(&bytes);
    }
}

/// Bytes that mean something to one of the formats.
const TELLING: &[u8] = b"\x00\xff\x7f\x80[]{}(),:'\"=@-+.0919eEn \n";

fn hurt(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(bytes.len());
    let end = (at + 1 + random.below(8)).min(bytes.len());
    match random.below(6) {
        0 => bytes[at] ^= 1 << random.below(8),
        1 => bytes[at] = TELLING[random.below(TELLING.len())],
        2 => bytes.insert(at, TELLING[random.below(TELLING.len())]),
        3 => bytes[at..end].fill([0, 0x7f, 0xff][random.below(3)]),
        4 => drop(bytes.drain(at..end)),
        _ => bytes.extend_from_within(at..end),
    }
    // What comes next wants something to hurt.
    if bytes.is_empty() {
        bytes.push(0);
    }
}

/// xorshift64 (Marsaglia 2003).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit.max(1)
    }
}
