//! Functions of two floats that take less time than reading and writing them in the first-level cache does. Two of them, of
//! which one takes what the other gives, are one pass over a tile: the number between is never written.

use super::number::Float;
pub use super::tile::Cheap;
use super::tile::{Binary, Level, Ternary, Tile, binary, ternary};

struct Plus;
struct Minus;
struct Times;
struct Scaled;

macro_rules! functions {
    ($($name:ident |$a:ident, $b:ident| $body:expr;)*) => {$(
        impl<T: Float> Binary<T, T, T> for $name {
            #[inline(always)]
            fn at<L: Level>($a: T, $b: T, _: i64) -> T {
                $body
            }
        }
    )*};
}

functions! {
    Plus |a, b| a + b;
    Minus |a, b| a - b;
    Times |a, b| a * b;
    Scaled |a, b| if a == T::ZERO { T::ZERO } else { a * b };
}

/// `S` of what `F` gives for the first two numbers, and of the third.
struct Before<F, S>(F, S);
/// `S` of the third number, and of what `F` gives for the first two.
struct After<F, S>(F, S);

impl<T, F: Binary<T, T, T>, S: Binary<T, T, T>> Ternary<T, T, T, T> for Before<F, S> {
    #[inline(always)]
    fn at<L: Level>(a: T, b: T, c: T, _: i64) -> T {
        S::at::<L>(F::at::<L>(a, b, 0), c, 0)
    }
}

impl<T, F: Binary<T, T, T>, S: Binary<T, T, T>> Ternary<T, T, T, T> for After<F, S> {
    #[inline(always)]
    fn at<L: Level>(a: T, b: T, c: T, _: i64) -> T {
        S::at::<L>(c, F::at::<L>(a, b, 0), 0)
    }
}

/// The kernel of one function.
pub fn one<T: Float>(function: Cheap) -> Tile {
    let tile = match function {
        Cheap::Plus => binary::<Plus, T, T, T>(0),
        Cheap::Minus => binary::<Minus, T, T, T>(0),
        Cheap::Times => binary::<Times, T, T, T>(0),
        Cheap::Scaled => binary::<Scaled, T, T, T>(0),
    };
    tile.with_cheap(function)
}

/// The kernel of two functions: `first` of two numbers, and `second` of that and a third number, or the other way round. The
/// same bits as one after the other.
pub fn two<T: Float>(first: Cheap, second: Cheap, is_before: bool) -> Tile {
    match first {
        Cheap::Plus => second_of::<T, Plus>(second, is_before),
        Cheap::Minus => second_of::<T, Minus>(second, is_before),
        Cheap::Times => second_of::<T, Times>(second, is_before),
        Cheap::Scaled => second_of::<T, Scaled>(second, is_before),
    }
}

fn second_of<T: Float, F: Binary<T, T, T>>(second: Cheap, is_before: bool) -> Tile {
    match (second, is_before) {
        (Cheap::Plus, _) => ternary::<Before<F, Plus>, T, T, T, T>(0),
        (Cheap::Times, _) => ternary::<Before<F, Times>, T, T, T, T>(0),
        (Cheap::Minus, true) => ternary::<Before<F, Minus>, T, T, T, T>(0),
        (Cheap::Minus, false) => ternary::<After<F, Minus>, T, T, T, T>(0),
        (Cheap::Scaled, true) => ternary::<Before<F, Scaled>, T, T, T, T>(0),
        (Cheap::Scaled, false) => ternary::<After<F, Scaled>, T, T, T, T>(0),
    }
}

#[cfg(test)]
#[allow(unsafe_code)]
mod tests {
    use super::super::tile::{Lone, Ports};
    use super::*;

    const ALL: [Cheap; 4] = [Cheap::Plus, Cheap::Minus, Cheap::Times, Cheap::Scaled];
    const LEN: usize = 37;

    /// A tile of some arrays, of which those that are lone have one number.
    fn run<T: Float>(tile: Tile, inputs: [&[T]; 3], lone: Lone) -> Vec<T> {
        let mut output = vec![T::ONE; LEN];
        let [a, b, c] = inputs.map(|input| input.as_ptr().cast());
        let ports = Ports { inputs: [a, b, c], output: output.as_mut_ptr().cast(), len: LEN, lone };
        // SAFETY: each input has `LEN` numbers or is lone, and the output is another array.
        unsafe { tile.run(&ports) };
        output
    }

    fn check<T: Float>() {
        let special = [0.0, -0.0, 1.5, -2.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1e30];
        let array = |step: usize| -> Vec<T> {
            (0..LEN).map(|i| T::from_f64(special[(i * step + i / 8) % special.len()])).collect()
        };
        let [a, b, c] = [array(1), array(3), array(5)];
        let repeated = |x: &[T], is_lone: bool| if is_lone { vec![x[2]; LEN] } else { x.to_vec() };
        let bits = |v: Vec<T>| v.into_iter().map(|x| (x.is_nan(), x.to_f64().to_bits())).collect::<Vec<_>>();
        let same = |got: Vec<T>, want: Vec<T>| {
            // A NaN may have any payload.
            bits(got).into_iter().zip(bits(want)).all(|(x, y)| x.0 == y.0 && (x.0 || x.1 == y.1))
        };
        for (first, second) in ALL.into_iter().flat_map(|f| ALL.map(|s| (f, s))) {
            for (is_before, alone) in [true, false].into_iter().flat_map(|b| (0..4).map(move |l| (b, l))) {
                let [b_alone, c_alone] = [alone & 1 > 0, alone & 2 > 0];
                let lone = (1..3).filter(|&i| [b_alone, c_alone][i - 1]);
                let lone = lone.fold(Lone::NONE, |lone, i| lone.with(i, 3).expect("second and third can be"));
                let [full_b, full_c] = [repeated(&b, b_alone), repeated(&c, c_alone)];
                let between = run(one::<T>(first), [&a, &full_b, &a], Lone::NONE);
                let (x, y) = if is_before { (&between, &full_c) } else { (&full_c, &between) };
                let want = run(one::<T>(second), [x, y, x], Lone::NONE);
                let lone_b = if b_alone { &b[2..3] } else { &full_b[..] };
                let lone_c = if c_alone { &c[2..3] } else { &full_c[..] };
                let got = run(two::<T>(first, second, is_before), [&a, lone_b, lone_c], lone);
                assert!(same(got, want), "{first:?} {second:?} {is_before} {alone}");
            }
        }
    }

    #[test]
    fn two_at_once_are_one_after_the_other() {
        check::<f32>();
        check::<f64>();
    }
}
