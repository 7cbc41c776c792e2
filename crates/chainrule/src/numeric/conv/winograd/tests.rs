use super::super::super::gemm::lanes::Real;
use super::super::super::philox;
use super::super::super::team::Team;
use super::super::super::tile::Instructions;
use super::super::Convolve;
use super::super::tests::{Dice, naive, permuted};
use super::super::{By, Conv, ConvParams, Planes, by_tiles, by_tiles_to_weights};

/// Numbers in [-1, 1), as f32 has them.
fn numbers(count: usize, seed: i64) -> Vec<f64> {
    (0..count as u64)
        .map(|i| f64::from((f64::from(philox::uniform_bits(seed, i)) / 2f64.powi(31) - 1.0) as f32))
        .collect()
}

fn product(shape: [usize; 4]) -> usize {
    shape.iter().product()
}

/// The largest error as a part of eps times a sum of `count` products of the largest numbers.
fn error<T: Real>(got: &[T], want: &[f64], count: usize) -> f64 {
    let worst = got.iter().zip(want).map(|(g, w)| (g.to_f64() - w).abs()).fold(0.0, f64::max);
    worst / (count as f64 * if size_of::<T>() == 4 { f64::from(f32::EPSILON) } else { f64::EPSILON })
}

/// Where there are few products the rounding of the transforms counts, which is some eps of the largest numbers.
const LIMIT: f64 = 8.0;

const LEVELS: [Instructions; 3] = [Instructions::Portable, Instructions::Avx2, Instructions::Avx512];

/// Alone, with these instructions.
fn by(level: Instructions) -> By {
    By { level, team: Team::ALONE }
}

type Tiles<T> = fn(By, &Conv, Planes<'_, T>, Planes<'_, T>, &mut [T]);

fn near<T: Convolve + Real>(conv: &Conv, tiles: Tiles<T>, limit: f64) {
    let (x, w) = (numbers(product(conv.input), 1), numbers(product(conv.weights), 2));
    let want = naive(conv, &x, &w);
    let typed = |values: &[f64]| values.iter().map(|&v| T::from_f64(v)).collect::<Vec<T>>();
    let (x, w) = (typed(&x), typed(&w));
    for level in LEVELS {
        let mut y = vec![T::from_f64(f64::NAN); want.len()];
        tiles(
            by(level),
            conv,
            Planes::row_major(&x, conv.input),
            Planes::row_major(&w, conv.weights),
            &mut y,
        );
        let found = error(&y, &want, conv.patch());
        assert!(found < limit, "{conv:?} {level:?}: {found}");
    }
}

#[test]
fn all_shapes_are_near_the_definition() {
    let mut dice = Dice { drawn: 1 << 43 };
    for _ in 0..60 {
        let groups = 1 + dice.below(2);
        let mut pad = || [dice.below(4) as isize - 1, dice.below(4) as isize - 1];
        let params = ConvParams { pad_low: pad(), pad_high: pad(), groups, ..Default::default() };
        let (channels, outputs) = (1 + dice.below(20), 1 + dice.below(40));
        let input = [1 + dice.below(3), groups * channels, 3 + dice.below(10), 3 + dice.below(21)];
        let conv = Conv::new(params, input, [groups * outputs, channels, 3, 3]).expect("small sizes");
        if conv.output.contains(&0) {
            continue;
        }
        near::<f32>(&conv, by_tiles, LIMIT);
        near::<f64>(&conv, by_tiles, LIMIT);
    }
}

#[test]
fn gradients_by_weights_are_near_the_definition() {
    let mut dice = Dice { drawn: 1 << 44 };
    for _ in 0..60 {
        let window = [1 + dice.below(9), 1 + dice.below(13)];
        let low = [dice.below(3), dice.below(3)];
        let input = [0, 1].map(|axis| (window[axis] + 2).saturating_sub(2 * low[axis]).max(1));
        let params = ConvParams {
            pad_low: low.map(|low| low as isize),
            pad_high: [0, 1].map(|axis| (window[axis] + 2) as isize - (low[axis] + input[axis]) as isize),
            ..Default::default()
        };
        let (channels, outputs, images) = (1 + dice.below(20), 1 + dice.below(40), 1 + dice.below(4));
        let input = [channels, images, input[0], input[1]];
        let conv = Conv::new(params, input, [outputs, images, window[0], window[1]]).expect("small sizes");
        assert_eq!(conv.output, [channels, outputs, 3, 3]);
        near::<f32>(&conv, by_tiles_to_weights, LIMIT);
        near::<f64>(&conv, by_tiles_to_weights, LIMIT);
    }
}

/// Many channels: outputs come in parts, and tiles of a row as well.
#[test]
fn parts_of_large_work() {
    let same = ConvParams { pad_low: [1; 2], pad_high: [1; 2], ..Default::default() };
    let conv = Conv::new(same, [1, 300, 4, 5], [330, 300, 3, 3]).expect("fits");
    near::<f64>(&conv, by_tiles, LIMIT);
    let wide = Conv::new(same, [1, 2, 2, 2000], [3, 2, 3, 3]).expect("fits");
    near::<f32>(&wide, by_tiles, LIMIT);
    let many = Conv::new(same, [300, 1, 5, 4], [330, 1, 5, 4]).expect("fits");
    near::<f64>(&many, by_tiles_to_weights, LIMIT);
}

/// What is not finite goes where the definition has it, and nowhere else.
#[test]
fn what_is_not_finite_stays_where_it_is_read() {
    let same = ConvParams { pad_low: [1; 2], pad_high: [1; 2], ..Default::default() };
    let conv = Conv::new(same, [2, 3, 9, 11], [18, 3, 3, 3]).expect("fits");
    let gradient = Conv::new(same, [3, 2, 9, 11], [18, 2, 9, 11]).expect("fits");
    for bad in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        for place in [0, 5, 13, 50, 98, 250] {
            for (conv, tiles) in [(conv, by_tiles as Tiles<f32>), (gradient, by_tiles_to_weights)] {
                let (mut x, w) = (numbers(product(conv.input), 3), numbers(product(conv.weights), 4));
                x[place] = bad;
                let want = naive(&conv, &x, &w);
                let typed = |values: &[f64]| values.iter().map(|&v| v as f32).collect::<Vec<f32>>();
                let (x, w, mut y) = (typed(&x), typed(&w), vec![0.0; want.len()]);
                let (x, w) = (Planes::row_major(&x, conv.input), Planes::row_major(&w, conv.weights));
                tiles(by(Instructions::Avx512), &conv, x, w, &mut y);
                for (&got, &want) in y.iter().zip(&want) {
                    let same = f64::from(got) == want || (got.is_nan() && want.is_nan());
                    assert!(same || (f64::from(got) - want).abs() < 1e-4, "{got} is not {want}");
                }
            }
        }
    }
}

/// Transposed views are read where they lie.
#[test]
fn steps_between_planes() {
    let same = ConvParams { pad_low: [1; 2], pad_high: [1; 2], ..Default::default() };
    let conv = Conv::new(same, [5, 18, 6, 7], [17, 18, 3, 3]).expect("fits");
    let gradient = Conv::new(same, [18, 5, 6, 7], [17, 5, 6, 7]).expect("fits");
    for (conv, tiles) in [(conv, by_tiles as Tiles<f64>), (gradient, by_tiles_to_weights)] {
        let ([a, b, h, w], [o, c, kh, kw]) = (conv.input, conv.weights);
        let (x, k) = (numbers(a * b * h * w, 5), numbers(o * c * kh * kw, 6));
        let mut rows = [vec![0.0; product(conv.output)], vec![0.0; product(conv.output)]];
        tiles(
            by(LEVELS[2]),
            &conv,
            Planes::row_major(&x, conv.input),
            Planes::row_major(&k, conv.weights),
            &mut rows[0],
        );
        let (x, k) = (permuted(&x, [a, b, h, w], [1, 0, 2, 3]), permuted(&k, [o, c, kh, kw], [1, 0, 2, 3]));
        let (x, k) = (
            Planes { data: &x, steps: [h * w, a * h * w] },
            Planes { data: &k, steps: [kh * kw, o * kh * kw] },
        );
        tiles(by(LEVELS[2]), &conv, x, k, &mut rows[1]);
        assert_eq!(rows[0], rows[1]);
    }
}
