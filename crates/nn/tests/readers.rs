//! Damaged files: refused with a short message or read whole, and never a panic.

use chainrule::{DType, Tree};
use chainrule_nn::data::{Examples, parse_csv, read};
use chainrule_nn::layers::Mlp;
use chainrule_nn::rng::{Purpose, Rng};
use chainrule_nn::{Error, Kind, weights};
use std::path::Path;

const TABLE: &str =
    "length,width,\"kind, or so\"\n1.5,2,oak\n0.5,-1e3,\"elm\"\n3,4,oak\n\n0.25,6,\"a \"\"b\"\"\"\n";
/// The longest message: twenty mistakes, each with its place, an excerpt and a hint.
const MESSAGE: usize = 20 * 300;

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

/// Calls `f` with every beginning of a file, and with damaged ones, the same in every run.
fn each_damage(whole: &[u8], count: u64, mut f: impl FnMut(&[u8])) {
    const TELLING: &[u8] = b"\x00\xff\x80\",\n\r;.-+e09NaN[]{}:";
    (0..whole.len()).for_each(|length| f(&whole[..length]));
    for seed in 0..count {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let mut bytes = whole.to_vec();
        for _ in 0..=random.below(3) {
            let at = random.below(bytes.len());
            let end = (at + random.below(8)).min(bytes.len());
            match random.below(5) {
                0 => bytes[at] ^= 1 << random.below(8),
                1 => bytes[at] = TELLING[random.below(TELLING.len())],
                2 => bytes.insert(at, TELLING[random.below(TELLING.len())]),
                3 => bytes[at..end].fill(0xff),
                _ => bytes.extend_from_within(at..end),
            }
        }
        f(&bytes);
    }
}

fn refused(error: &Error) {
    let text = error.to_string();
    assert_eq!(error.kind, Kind::Input, "{text}");
    assert!(!text.is_empty() && text.len() < MESSAGE, "{} bytes: {text}", text.len());
}

#[test]
fn tables() {
    for label in ["kind, or so", "-1", "0"] {
        assert!(label == "0" || parse_csv(TABLE.as_bytes(), Path::new("t.csv"), label).is_ok());
        each_damage(TABLE.as_bytes(), 10_000, |bytes| match parse_csv(bytes, Path::new("t.csv"), label) {
            Ok(table) => {
                assert_eq!(table.features.len(), table.rows() * table.width());
                assert!(table.features.iter().all(|v| v.is_finite()));
                let classes = table.goal().names().len();
                let labelled = |row| table.class(row).is_some_and(|class| class < classes);
                assert!(classes >= 2 && (0..table.rows()).all(labelled));
            }
            Err(error) => refused(&error),
        });
    }
}

#[test]
fn packed_tables() {
    let whole = include_bytes!("../data/digits.csv.gz");
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("damaged.csv.gz");
    let check = |bytes: &[u8]| {
        std::fs::write(&path, bytes).expect("the folder for test files is writable");
        match read(&path) {
            // Without its first bytes it is not known as packed, and is read as it is.
            Ok(text) => assert!(text == bytes || text.len() <= 1032 * bytes.len()),
            Err(error) => refused(&error),
        }
    };
    (0..200).chain(whole.len() - 20..whole.len()).for_each(|length| check(&whole[..length]));
    for seed in 1..300 {
        let mut random = Random(seed << 32 | seed);
        let mut bytes = whole.to_vec();
        let at = random.below(bytes.len());
        bytes[at] ^= 1 << random.below(8);
        check(&bytes);
    }
}

#[test]
fn saved_weights() {
    let like = Mlp::new(&[3, 4, 2], DType::F32, &Rng::new(5, Purpose::Start)).expect("it is small");
    let notes = [("classes", "[\"a\"]".to_string())];
    let whole = weights::encode(&like, &notes).expect("weights are floats");
    each_damage(&whole, 5000, |bytes| match weights::decode(bytes, Path::new("w"), &like) {
        Ok(read) => assert_eq!(read.paths(), like.paths()),
        Err(error) => refused(&error),
    });
}
