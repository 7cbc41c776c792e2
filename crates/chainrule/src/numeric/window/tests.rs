use super::super::philox;
use super::*;

fn pooling(
    window: [usize; 2],
    stride: [usize; 2],
    low: usize,
    high: usize,
    input: [usize; 2],
) -> Option<Pooling> {
    Pooling::new(Pool { window, stride, pad_low: [low; 2], pad_high: [high; 2] }, 2, input)
}

fn cases() -> impl Iterator<Item = Pooling> {
    let sizes = [1, 2, 3];
    let strides = sizes.into_iter().flat_map(move |window| sizes.map(|stride| (window, stride)));
    strides.flat_map(move |(window, stride)| {
        [(0, 0), (1, 0), (0, 1), (2, 1)]
            .into_iter()
            .filter_map(move |(low, high)| pooling([window, 3], [stride, 2], low, high, [5, 4]))
            .chain(side_by_side(window, stride))
    })
}

/// Windows two wide and two apart, on rows shorter and longer than vectors.
fn side_by_side(window: usize, stride: usize) -> impl Iterator<Item = Pooling> {
    [1, 2, 3, 7, 14, 28, 31, 33, 75].into_iter().flat_map(move |width| {
        [0, window - 1].into_iter().filter_map(move |low| {
            let pool = Pool { window: [window, 2], stride: [stride, 2], pad_low: [low, 0], pad_high: [0, 0] };
            Pooling::new(pool, 2, [5, width])
        })
    })
}

fn numbers(count: usize) -> Vec<f64> {
    (0..count as u64).map(|i| f64::from(philox::uniform_bits(9, i) % 7) - 3.0).collect()
}

/// The elements under one window by the definition: all places are tried.
fn under(p: &Pooling, at: usize) -> Vec<usize> {
    let ([height, width], [oh, ow]) = (p.input, p.output);
    let (plane, i, j) = (at / (oh * ow), at / ow % oh, at % ow);
    let is_under = |axis: usize, place: usize, i: usize| {
        let shifted = place + p.pool.pad_low[axis];
        shifted >= i * p.pool.stride[axis] && shifted < i * p.pool.stride[axis] + p.pool.window[axis]
    };
    (0..height * width)
        .filter(|place| is_under(0, place / width, i) && is_under(1, place % width, j))
        .map(|place| plane * height * width + place)
        .collect()
}

#[test]
fn every_window_matches_the_definition() {
    let mut checked = 0;
    for p in cases() {
        let input = numbers(p.input_len());
        let count = p.output_len();
        let (mut place, mut best) = (vec![-1; count], vec![0.0; count]);
        let (mut whole, mut part) = (vec![0.0; count], vec![0.0; count]);
        max_pool_index(&p, &input, &mut place);
        max_pool(&p, &input, &mut best);
        average_pool(&p, &input, &mut whole, true);
        average_pool(&p, &input, &mut part, false);
        for at in 0..count {
            let indices = under(&p, at);
            let values: Vec<f64> = indices.iter().map(|&i| input[i]).collect();
            let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let first = indices.iter().find(|&&i| input[i] == most).map(|&i| i as i64);
            let plane = at / (p.output[0] * p.output[1]) * p.input[0] * p.input[1];
            assert_eq!((Some(place[at] + plane as i64), best[at]), (first, most), "{p:?}");
            let total: f64 = values.iter().sum();
            let area = (p.pool.window[0] * p.pool.window[1]) as f64;
            assert_eq!((whole[at], part[at]), (total / area, total / values.len() as f64));
            checked += 1;
        }
    }
    assert!(checked > 200, "only {checked} windows");
}

#[test]
fn transposes_satisfy_their_identity() {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    for p in cases() {
        let (x, u) = (numbers(p.input_len()), numbers(p.output_len()));
        let (mut y, mut back) = (vec![0.0; u.len()], vec![0.0; x.len()]);
        for count_padding in [false, true] {
            average_pool(&p, &x, &mut y, count_padding);
            average_pool_transpose(&p, &u, &mut back, count_padding);
            assert!((dot(&u, &y) - dot(&back, &x)).abs() < 1e-12, "{p:?}");
        }
        max_pool(&p, &x, &mut y);
        back.fill(f64::NAN);
        max_pool_transpose(&p, &x, &u, &mut back);
        assert_eq!(dot(&u, &y), dot(&back, &x), "{p:?}");
    }
}

#[test]
fn upstream_values_go_where_the_largest_are_under_all_instructions() {
    use super::super::tile::Instructions;
    use super::super::work::at;
    for p in cases().filter(Pooling::is_apart_in_pairs) {
        // Of seven numbers many are equal; the first wins, and so does the first NaN.
        let special = |x: f64| if x == 3.0 { f64::NAN } else { x };
        let x: Vec<f64> = numbers(p.input_len()).into_iter().map(special).collect();
        let u: Vec<f64> = (1..=p.output_len()).map(|i| i as f64).collect();
        let (mut place, mut wanted) = (vec![-1; u.len()], vec![0.0; x.len()]);
        max_pool_index(&p, &x, &mut place);
        for (at, (place, u)) in place.iter().zip(&u).enumerate() {
            let plane = at / (p.output[0] * p.output[1]) * p.input[0] * p.input[1];
            wanted[plane + *place as usize] += u;
        }
        let narrow = |v: &[f64]| v.iter().map(|&x| x as f32).collect::<Vec<f32>>();
        let (x32, u32) = (narrow(&x), narrow(&u));
        for level in [Instructions::Portable, Instructions::Avx2, Instructions::Avx512] {
            let (mut wide, mut slim) = (vec![f64::NAN; x.len()], vec![f32::NAN; x.len()]);
            at(level, pairs::Routed { pooling: &p, input: &x, upstream: &u, downstream: &mut wide });
            assert_eq!(wide, wanted, "{p:?} {level:?}");
            at(level, pairs::Routed { pooling: &p, input: &x32, upstream: &u32, downstream: &mut slim });
            assert_eq!(slim, narrow(&wanted), "{p:?} {level:?}");
        }
    }
}

#[test]
fn the_first_nan_wins_and_minus_infinity_can() {
    let p = pooling([2, 2], [2, 2], 0, 0, [2, 2]).map(|p| Pooling { planes: 1, ..p }).expect("fits");
    let mut place = [-1];
    max_pool_index(&p, &[3.0, f64::NAN, 9.0, f64::NAN], &mut place);
    assert_eq!(place, [1]);
    max_pool_index(&p, &[f32::NEG_INFINITY; 4], &mut place);
    assert_eq!(place, [0]);
    max_pool_index(&p, &[1i64, 5, 5, 2], &mut place);
    assert_eq!(place, [1]);
}

#[test]
fn sizes() {
    let size = |window, stride, low, high, input| {
        pooling([window; 2], [stride; 2], low, high, [input; 2]).map(|p| p.output[0])
    };
    assert_eq!(size(3, 2, 1, 1, 7), Some(4));
    assert_eq!(size(3, 1, 0, 0, 2), Some(0));
    assert_eq!(size(3, 1, 0, 0, 0), Some(0));
    assert_eq!(size(2, 1, 2, 0, 5), None, "a window of padding alone");
    assert_eq!(size(2, 1, 1, 1, 0), None, "a window of padding alone");
    assert_eq!((size(0, 1, 0, 0, 5), size(2, 0, 0, 0, 5)), (None, None));
    assert_eq!(size(2, 1, 1, 1, usize::MAX), None);
}
