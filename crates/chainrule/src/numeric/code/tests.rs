//! Code gives the bits that the functions give one by one.

#![allow(unsafe_code)]

use super::*;
use crate::numeric::{Float, philox};

const FUNCTIONS: [Simple; 28] = [
    Simple::Plus,
    Simple::Minus,
    Simple::Times,
    Simple::Over,
    Simple::Scaled,
    Simple::Greater,
    Simple::Smaller,
    Simple::Negative,
    Simple::Size,
    Simple::Root,
    Simple::Square,
    Simple::Inverse,
    Simple::InverseRoot,
    Simple::Positive,
    Simple::Gt,
    Simple::Ge,
    Simple::Lt,
    Simple::Le,
    Simple::Eq,
    Simple::Ne,
    Simple::FirstIsGreater,
    Simple::FirstIsSmaller,
    Simple::IsFinite,
    Simple::IsNan,
    Simple::And,
    Simple::Or,
    Simple::Not,
    Simple::Select,
];

/// One element of a value.
#[derive(Clone, Copy, Debug)]
enum Item<T> {
    Float(T),
    Truth(bool),
}

impl<T: Float> Item<T> {
    fn float(self) -> T {
        let Item::Float(x) = self else { panic!("a float was asked for") };
        x
    }

    fn truth(self) -> bool {
        let Item::Truth(p) = self else { panic!("a truth value was asked for") };
        p
    }

    /// A NaN may have any payload and sign.
    fn bits(self) -> (bool, u64) {
        match self {
            Item::Float(x) if x.is_nan() => (true, 0),
            Item::Float(x) => (false, x.to_f64().to_bits()),
            Item::Truth(p) => (false, u64::from(p)),
        }
    }
}

/// What the function says of one element.
fn one<T: Float>(function: Simple, inputs: [Item<T>; 3]) -> Item<T> {
    let [a, b, c] = inputs;
    let question = match function {
        Simple::Gt => a.float() > b.float(),
        Simple::Ge => a.float() >= b.float(),
        Simple::Lt => a.float() < b.float(),
        Simple::Le => a.float() <= b.float(),
        Simple::Eq => a.float() == b.float(),
        Simple::Ne => a.float() != b.float(),
        Simple::FirstIsGreater => a.float() >= b.float() || a.float().is_nan(),
        Simple::FirstIsSmaller => a.float() <= b.float() || a.float().is_nan(),
        Simple::IsFinite => a.float().is_finite(),
        Simple::IsNan => a.float().is_nan(),
        Simple::And => a.truth() & b.truth(),
        Simple::Or => a.truth() | b.truth(),
        Simple::Not => !a.truth(),
        function => return Item::Float(number(function, [a, b, c])),
    };
    Item::Truth(question)
}

fn number<T: Float>(function: Simple, [a, b, c]: [Item<T>; 3]) -> T {
    if function == Simple::Select {
        return if a.truth() { b.float() } else { c.float() };
    }
    let x = a.float();
    let y = if function.arity() == 2 { b.float() } else { x };
    match function {
        Simple::Plus => x + y,
        Simple::Minus => x - y,
        Simple::Times | Simple::Square => x * y,
        Simple::Over => x / y,
        Simple::Scaled if x == T::ZERO => T::ZERO,
        Simple::Scaled => x * y,
        Simple::Greater if x >= y || x.is_nan() => x,
        Simple::Smaller if x <= y || x.is_nan() => x,
        Simple::Greater | Simple::Smaller => y,
        Simple::Negative => -x,
        Simple::Size => x.abs(),
        Simple::Root => x.sqrt(),
        Simple::Inverse => T::ONE / x,
        Simple::InverseRoot => T::ONE / x.sqrt(),
        Simple::Positive if x <= T::ZERO => T::ZERO,
        Simple::Positive => x,
        _ => panic!("{function:?} gives no number"),
    }
}

/// Numbers by counting.
struct Dice(i64, u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.1 += 1;
        philox::uniform_bits(self.0, self.1) as usize % sides
    }

    fn pick(&mut self, from: &[u32]) -> u32 {
        from[self.roll(from.len())]
    }
}

/// Up to 24 functions of up to 8 sources.
fn draft(dice: &mut Dice, is_double: bool) -> Draft {
    let sources = [Source::Floats, Source::Truths, Source::Lone, Source::Floats];
    let mut draft = Draft { is_double, ..Draft::default() };
    draft.sources = (0..2 + dice.roll(7)).map(|i| sources[if i < 3 { i } else { dice.roll(4) }]).collect();
    let is_truth = |source: &Source| *source == Source::Truths;
    let numbered = || (0..).zip(&draft.sources);
    let mut floats: Vec<u32> = numbered().filter(|(_, s)| !is_truth(s)).map(|(i, _)| i).collect();
    let mut truths: Vec<u32> = numbered().filter(|(_, s)| is_truth(s)).map(|(i, _)| i).collect();
    for _ in 0..1 + dice.roll(24) {
        let function = FUNCTIONS[dice.roll(FUNCTIONS.len())];
        let value = (draft.sources.len() + draft.steps.len()) as u32;
        let first = if function.is_logic() || function == Simple::Select { &truths } else { &floats };
        let others = if function.is_logic() { &truths } else { &floats };
        let inputs = [dice.pick(first), dice.pick(others), dice.pick(others)];
        draft.steps.push(Step { function, inputs });
        if function.is_question() { truths.push(value) } else { floats.push(value) }
    }
    let values = draft.sources.len() as u32..(draft.sources.len() + draft.steps.len()) as u32;
    let last = values.end - 1;
    draft.stores = values.filter(|&value| value == last || dice.roll(4) == 0).take(6).collect();
    draft
}

/// The columns of all values, as the functions give them.
fn wanted<T: Float>(draft: &Draft, sources: &[Vec<Item<T>>], len: usize) -> Vec<Vec<Item<T>>> {
    let mut values = sources.to_vec();
    for step in &draft.steps {
        let at = |i: usize| step.inputs.map(|input| values[input as usize][i]);
        let column = (0..len).map(|i| one(step.function, at(i))).collect();
        values.push(column);
    }
    values
}

/// A tile that ends where its memory ends.
fn tile<T: Float>(column: &[Item<T>]) -> (Vec<T>, Vec<bool>) {
    match column.first() {
        Some(Item::Truth(_)) => (Vec::new(), column.iter().map(|item| item.truth()).collect()),
        _ => (column.iter().map(|item| item.float()).collect(), Vec::new()),
    }
}

fn check<T: Float>(draft: &Draft, dice: &mut Dice, len: usize) -> bool {
    let special =
        [0.0, -0.0, 1.0, 1.5, -2.0, 0.1, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1e30, -1e-40, 3.0];
    let mut item = |source: &Source| match source {
        Source::Truths => Item::Truth(dice.roll(2) == 1),
        _ => Item::Float(T::from_f64(special[dice.roll(special.len())])),
    };
    let sources: Vec<Vec<Item<T>>> = draft
        .sources
        .iter()
        .map(|source| match source {
            Source::Lone => vec![item(source); len.max(1)],
            _ => (0..len).map(|_| item(source)).collect(),
        })
        .collect();
    let Some(code) = Code::of(draft) else { return false };
    let values = wanted(draft, &sources, len);
    let mut tiles: Vec<(Vec<T>, Vec<bool>)> = sources.iter().map(|column| tile(column)).collect();
    tiles.extend(draft.stores.iter().map(|&value| {
        let (mut floats, mut truths) = tile(&values[value as usize]);
        floats.fill(T::from_f64(7.0));
        truths.fill(false);
        (floats, truths)
    }));
    let mut addresses = [std::ptr::null_mut(); MOST_PORTS];
    for (to, (floats, truths)) in addresses.iter_mut().zip(&mut tiles) {
        *to = if truths.is_empty() { floats.as_mut_ptr().cast() } else { truths.as_mut_ptr().cast() };
    }
    // SAFETY: each tile is a vector of its own of `len` elements, of the kind that the draft says.
    unsafe { code.run(&addresses, len) };
    for (&value, (floats, truths)) in draft.stores.iter().zip(&tiles[sources.len()..]) {
        let floats = floats.iter().map(|&x| Item::Float(x));
        let got = floats.chain(truths.iter().map(|&p| Item::Truth(p)));
        let want = &values[value as usize];
        let same = got.clone().zip(want).all(|(got, want)| got.bits() == want.bits());
        assert!(
            same && got.count() == len,
            "{draft:?} over {len}: value {value}, wanted {want:?}, got {floats:?}",
            floats = tiles
        );
    }
    true
}

#[test]
fn code_gives_the_bits_of_its_functions() {
    if cfg!(not(target_arch = "x86_64")) {
        return;
    }
    let mut made = 0;
    for seed in 0..600 {
        let mut dice = Dice(seed, 0);
        let draft = draft(&mut dice, seed % 2 == 1);
        for len in [0, 1, 7, 16, 24, 85] {
            made += usize::from(match draft.is_double {
                true => check::<f64>(&draft, &mut dice, len),
                false => check::<f32>(&draft, &mut dice, len),
            });
        }
    }
    // Of a machine without such vectors, none; of others, all but the few that need too many registers.
    assert!(made == 0 || made > 3000, "{made}");
}

#[test]
fn what_is_written_may_lie_where_it_was_read() {
    // w - r (g + w), over w, beside a copy of the sum.
    let draft = Draft {
        is_double: false,
        sources: vec![Source::Floats, Source::Floats, Source::Lone],
        steps: vec![
            Step { function: Simple::Plus, inputs: [1, 0, 0] },
            Step { function: Simple::Times, inputs: [2, 3, 0] },
            Step { function: Simple::Minus, inputs: [0, 4, 0] },
        ],
        stores: vec![5, 3],
    };
    let Some(code) = Code::of(&draft) else { return };
    let (mut w, mut g): (Vec<f32>, Vec<f32>) = (0..37).map(|i| (i as f32, 0.5 * i as f32)).unzip();
    let (mut rate, mut sum) = (0.25f32, vec![0.0f32; 37]);
    let mut addresses = [std::ptr::null_mut::<u8>(); MOST_PORTS];
    let rate: *mut f32 = &mut rate;
    addresses[..5].copy_from_slice(&[
        w.as_mut_ptr().cast(),
        g.as_mut_ptr().cast(),
        rate.cast(),
        w.as_mut_ptr().cast(),
        sum.as_mut_ptr().cast(),
    ]);
    // SAFETY: the tiles hold 37 floats each; the first store is the first source.
    unsafe { code.run(&addresses, 37) };
    for i in 0..37 {
        let old = i as f32;
        assert_eq!((w[i], sum[i]), (old - 0.25 * (1.5 * old), 1.5 * old));
    }
}
