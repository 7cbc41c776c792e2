use super::super::philox;
use super::super::team::sharing_everything;
use super::*;

/// Random whole numbers, so that sums are exact in any order.
pub(super) struct Dice {
    pub(super) drawn: u64,
}

impl Dice {
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.drawn += 1;
        philox::uniform_bits(42, self.drawn) as usize % bound
    }

    fn between(&mut self, low: isize, high: isize) -> isize {
        low + self.below((high - low + 1) as usize) as isize
    }

    /// Mostly 1 to `largest`, now and then 0.
    fn size(&mut self, largest: usize) -> usize {
        if self.below(20) == 0 { 0 } else { 1 + self.below(largest) }
    }

    fn array(&mut self, shape: [usize; 4]) -> Vec<f64> {
        (0..shape.iter().product()).map(|_| self.between(-4, 4) as f64).collect()
    }

    fn case(&mut self) -> (ConvParams, [usize; 4], [usize; 4]) {
        let groups = 1 + self.below(3);
        let params = ConvParams {
            stride: [1 + self.below(3), 1 + self.below(3)],
            pad_low: [self.between(-2, 3), self.between(-2, 3)],
            pad_high: [self.between(-2, 3), self.between(-2, 3)],
            dilation: [1 + self.below(2), 1 + self.below(3)],
            input_dilation: [1 + self.below(3), 1 + self.below(2)],
            groups,
        };
        let channels = 1 + self.below(2);
        let input = [self.size(2), channels * groups, self.size(7), self.size(9)];
        let weights = [groups * self.size(2), channels, self.size(3), self.size(3)];
        (params, input, weights)
    }
}

/// The definition: seven loops over output, input channel and kernel.
pub(super) fn naive(conv: &Conv, x: &[f64], w: &[f64]) -> Vec<f64> {
    let [n, c, height, width] = conv.input;
    let [o, group_channels, kh, kw] = conv.weights;
    let [_, _, oh, ow] = conv.output;
    let p = conv.params;
    let mut y = vec![0.0; n * o * oh * ow];
    let source = |place: usize, k: usize, axis: usize, len: usize| {
        let at = (place * p.stride[axis] + k * p.dilation[axis]) as isize - p.pad_low[axis];
        let hole = p.input_dilation[axis] as isize;
        (0..len).find(|&i| i as isize * hole == at)
    };
    for (b, oc, i, j) in indices([n, o, oh, ow]) {
        let group = oc / (o / p.groups);
        for (_, ic, ky, kx) in indices([1, group_channels, kh, kw]) {
            if let (Some(r), Some(s)) = (source(i, ky, 0, height), source(j, kx, 1, width)) {
                let from = ((b * c + group * group_channels + ic) * height + r) * width + s;
                y[((b * o + oc) * oh + i) * ow + j] +=
                    x[from] * w[((oc * group_channels + ic) * kh + ky) * kw + kx];
            }
        }
    }
    y
}

fn indices(shape: [usize; 4]) -> impl Iterator<Item = (usize, usize, usize, usize)> {
    let [a, b, c, d] = shape;
    (0..a * b * c * d).map(move |i| (i / (b * c * d), i / (c * d) % b, i / d % c, i % d))
}

fn run(plan: &Conv, x: &[f64], w: &[f64]) -> Vec<f64> {
    run_by(Team::ALONE, plan, x, w)
}

fn run_by(team: Team, plan: &Conv, x: &[f64], w: &[f64]) -> Vec<f64> {
    let mut y = vec![f64::NAN; plan.output.iter().product()];
    conv(team, plan, Planes::row_major(x, plan.input), Planes::row_major(w, plan.weights), &mut y);
    y
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

pub(super) fn permuted(x: &[f64], shape: [usize; 4], order: [usize; 4]) -> Vec<f64> {
    let strides = [shape[1] * shape[2] * shape[3], shape[2] * shape[3], shape[3], 1];
    let at = |axis: usize| strides[order[axis]];
    indices(order.map(|axis| shape[axis]))
        .map(|(a, b, c, d)| x[a * at(0) + b * at(1) + c * at(2) + d * at(3)])
        .collect()
}

#[test]
fn an_input_that_is_spread_out_is_read_phase_by_phase() {
    let mut dice = Dice { drawn: 0 };
    for _ in 0..1000 {
        let (mut params, mut input, mut weights) = dice.case();
        (params.stride, params.dilation) = ([1; 2], [1; 2]);
        params.input_dilation = [1 + dice.below(3), 2 + dice.below(3)];
        (input[2], weights[2], weights[3]) = (input[2] + dice.below(9), dice.size(6), dice.size(6));
        let plan = Conv::new(params, input, weights).expect("small sizes");
        assert!(is_spread(&plan));
        let (x, w) = (dice.array(input), dice.array(weights));
        let wanted = naive(&plan, &x, &w);
        assert_eq!(run(&plan, &x, &w), wanted, "{plan:?}");
        assert_eq!(sharing_everything(|| run_by(Team::new(3), &plan, &x, &w)), wanted, "{plan:?}");
    }
}

#[test]
fn random_cases_match_the_definition() {
    let mut dice = Dice { drawn: 0 };
    let mut filled = 0;
    for _ in 0..3000 {
        let (params, input, weights) = dice.case();
        let plan = Conv::new(params, input, weights).expect("small sizes");
        let (x, w) = (dice.array(input), dice.array(weights));
        let y = run(&plan, &x, &w);
        assert_eq!(y, naive(&plan, &x, &w), "{plan:?}");
        filled += usize::from(y.iter().any(|&y| y != 0.0));
        let single = |values: &[f64]| values.iter().map(|&v| v as f32).collect::<Vec<_>>();
        let mut y32 = vec![0.0; y.len()];
        let (x, w) = (single(&x), single(&w));
        conv(Team::ALONE, &plan, Planes::row_major(&x, input), Planes::row_major(&w, weights), &mut y32);
        assert_eq!(y32, single(&y));
    }
    assert!(filled > 1000, "only {filled} cases with a non-zero output");
}

#[test]
fn every_layout_and_every_level_matches_the_definition() {
    let mut dice = Dice { drawn: 1 << 42 };
    let mut laid_out = [0, 0];
    for i in 0..1500 {
        let (mut params, mut input, mut weights) = dice.case();
        if i % 3 == 0 {
            // Enough channels and places for several panels and parts of the depth.
            params.groups = 1;
            (input[1], input[2], input[3]) = (40, 9, 8 + dice.below(9));
            (weights[0], weights[1]) = (1 + dice.below(17), 40);
        }
        let plan = Conv::new(params, input, weights).expect("small sizes");
        let (x, w) = (dice.array(input), dice.array(weights));
        if x.is_empty() || w.is_empty() || plan.output.contains(&0) {
            continue;
        }
        let want = naive(&plan, &x, &w);
        for images_last in [false, true] {
            let (x, w) = (Planes::row_major(&x, input), Planes::row_major(&w, weights));
            for level in [Instructions::Portable, Instructions::Avx2, Instructions::Avx512] {
                let mut y = vec![f64::NAN; want.len()];
                let output = y.as_mut_ptr();
                let direct =
                    Direct { conv: &plan, images_last, input: x.source(), weights: w.source(), output };
                // SAFETY: the operands are those of the plan, and the output has room for its own elements.
                if unsafe { direct.run(By { level, team: Team::ALONE }) } {
                    laid_out[usize::from(images_last)] += 1;
                    assert_eq!(y, want, "{plan:?} {level:?} {images_last}");
                }
            }
        }
    }
    assert!(laid_out[0] > 1500 && laid_out[1] > 1500, "{laid_out:?}");
}

#[test]
fn large_windows_match_the_definition_under_every_level() {
    let mut dice = Dice { drawn: 1 << 43 };
    let mut checked = [0; 2];
    for round in 0..400 {
        // In every other round channels are apart.
        let groups = if round % 2 == 0 { 1 } else { 2 + dice.below(4) };
        let [low, high] =
            [[dice.between(-1, 3), dice.between(-1, 3)], [dice.between(-1, 3), dice.between(-1, 3)]];
        let params = ConvParams { pad_low: low, pad_high: high, groups, ..Default::default() };
        let [height, width] = [10 + dice.below(9), 10 + dice.below(30)];
        let places = [1 + dice.below(7), [3, 5, 7][dice.below(3)]];
        let reach = |axis: usize, size: usize| size as isize + low[axis] + high[axis];
        let window =
            |axis: usize, size: usize| (reach(axis, size) - places[axis] as isize + 1).max(1) as usize;
        let [outputs, images] = if groups == 1 { [9, 3] } else { [2, 1] };
        let channels = 1 + dice.below(3);
        let weights = [groups * (1 + dice.below(outputs)), channels, window(0, height), window(1, width)];
        let plan = Conv::new(params, [1 + dice.below(images), groups * channels, height, width], weights);
        let plan = plan.filter(large::is_large);
        let Some(plan) = plan else { continue };
        let (x, w) = (dice.array(plan.input), dice.array(plan.weights));
        let want = naive(&plan, &x, &w);
        let narrow = |v: &[f64]| v.iter().map(|&x| x as f32).collect::<Vec<f32>>();
        for level in [Instructions::Portable, Instructions::Avx2, Instructions::Avx512] {
            let by = By { level, team: Team::new(2) };
            let mut y = vec![f64::NAN; want.len()];
            let (input, weights) = (Planes::row_major(&x, plan.input), Planes::row_major(&w, plan.weights));
            let (input, weights, output) = (input.source(), weights.source(), y.as_mut_ptr());
            // SAFETY: the operands are those of the plan, and the output has room for its own elements.
            sharing_everything(|| unsafe { Large { conv: &plan, input, weights, output }.run(by) });
            assert_eq!(y, want, "{plan:?} {level:?}");
            let (x, w, mut y) = (narrow(&x), narrow(&w), vec![f32::NAN; want.len()]);
            let (input, weights) = (Planes::row_major(&x, plan.input), Planes::row_major(&w, plan.weights));
            let (input, weights, output) = (input.source(), weights.source(), y.as_mut_ptr());
            // SAFETY: as above.
            unsafe { Large { conv: &plan, input, weights, output }.run(by) };
            assert_eq!(y, narrow(&want), "{plan:?} {level:?}");
        }
        checked[round % 2] += 1;
    }
    assert!(checked.iter().all(|&checked| checked > 100), "only {checked:?} large windows");
}

#[test]
fn what_lies_beyond_a_large_window_does_not_count() {
    // The last column is under the window's last place alone.
    let plan = Conv::new(ConvParams::default(), [1, 1, 12, 14], [1, 1, 12, 12]).expect("fits");
    let x: Vec<f64> = (0..12 * 14).map(|i| if i % 14 == 13 { f64::INFINITY } else { 1.0 }).collect();
    assert!(large::is_large(&plan));
    assert_eq!(run(&plan, &x, &[1.0; 144]), [144.0, 144.0, f64::INFINITY]);
}

#[test]
fn enormous_padding_takes_little_memory() {
    let params = ConvParams { stride: [1 << 20; 2], pad_low: [1 << 20; 2], ..Default::default() };
    let plan = Conv::new(params, [1, 1, 2, 2], [1, 1, 1, 1]).expect("fits");
    assert!(grid::Grid::new(&plan, false, 4).is_none());
    assert_eq!(run(&plan, &[3.0, 4.0, 5.0, 6.0], &[2.0]), [0.0, 0.0, 0.0, 6.0]);
}

#[test]
fn pointwise() {
    let mut dice = Dice { drawn: 1 << 40 };
    for groups in [1, 2] {
        let plan =
            Conv::new(ConvParams { groups, ..Default::default() }, [2, 4, 3, 5], [6, 4 / groups, 1, 1])
                .expect("fits");
        let (x, w) = (dice.array(plan.input), dice.array(plan.weights));
        assert_eq!(run(&plan, &x, &w), naive(&plan, &x, &w));
    }
}

/// <u, conv(x, w)> = <input gradient(u, w), x> = <weight gradient(x, u), w>, since it is linear in both.
#[test]
fn gradients_are_convolutions() {
    let mut dice = Dice { drawn: 1 << 41 };
    for _ in 0..1500 {
        let (params, input, weights) = dice.case();
        let plan = Conv::new(params, input, weights).expect("small sizes");
        let (x, w, u) = (dice.array(input), dice.array(weights), dice.array(plan.output));
        let want = dot(&u, &run(&plan, &x, &w));
        let ([n, c, h, width], [o, cg, kh, kw]) = (input, weights);
        let (g, [_, _, oh, ow]) = (params.groups, plan.output);

        let mirrored: Vec<f64> = w.chunks((kh * kw).max(1)).flat_map(|k| k.iter().rev().copied()).collect();
        let grouped = permuted(&mirrored, [g, o / g, cg, kh * kw], [0, 2, 1, 3]);
        let back = params.for_input_gradient([h, width], [kh, kw]).expect("small sizes");
        let back = Conv::new(back, plan.output, [c, o / g, kh, kw]).expect("small sizes");
        assert_eq!(back.output, input, "{plan:?}");
        assert_eq!(dot(&run(&back, &u, &grouped), &x), want, "{plan:?}");

        let swapped_x = permuted(&x, [n, g, cg, h * width], [2, 1, 0, 3]);
        let swapped_u = permuted(&u, [1, n, o, oh * ow], [0, 2, 1, 3]);
        let back = params.for_weight_gradient([h, width], [kh, kw]).expect("small sizes");
        let back = Conv::new(back, [cg, g * n, h, width], [o, n, oh, ow]).expect("small sizes");
        assert_eq!(back.output, [cg, o, kh, kw], "{plan:?}");
        let downstream = permuted(&run(&back, &swapped_x, &swapped_u), [1, cg, o, kh * kw], [0, 2, 1, 3]);
        assert_eq!(dot(&downstream, &w), want, "{plan:?}");
    }
}

#[test]
fn output_sizes() {
    let params = ConvParams { stride: [2, 1], pad_low: [1, 0], pad_high: [1, -1], ..Default::default() };
    assert_eq!(params.output_size([7, 7], [3, 3]), Some([4, 4]));
    assert_eq!(params.output_size([0, 2], [3, 3]), Some([0, 0]));
    assert_eq!(params.output_size([usize::MAX, 2], [3, 3]), None);
    assert_eq!(ConvParams { stride: [0, 1], ..params }.output_size([7, 7], [3, 3]), None);
    assert_eq!(ConvParams { dilation: [1, usize::MAX], ..params }.output_size([7, 7], [3, 3]), None);
}

#[test]
fn shapes_that_do_not_fit_are_refused() {
    let two_groups = ConvParams { groups: 2, ..Default::default() };
    assert!(Conv::new(two_groups, [1, 4, 3, 3], [2, 2, 1, 1]).is_some());
    assert!(Conv::new(two_groups, [1, 4, 3, 3], [3, 2, 1, 1]).is_none());
    assert!(Conv::new(two_groups, [1, 4, 3, 3], [2, 4, 1, 1]).is_none());
    assert!(Conv::new(ConvParams { groups: 0, ..Default::default() }, [1, 0, 3, 3], [0, 2, 1, 1]).is_none());
    assert!(Conv::new(ConvParams::default(), [usize::MAX, 2, 1, 1], [1, 2, 1, 1]).is_none());
}

/// Numbers of which sums in another order would differ.
fn rough(count: usize, key: i64) -> Vec<f32> {
    (0..count as u64).map(|i| philox::uniform_f32(key, i) - 0.5).collect()
}

/// However many share however small parts.
#[track_caller]
fn same_bits(params: ConvParams, input: [usize; 4], weights: [usize; 4]) {
    let plan = Conv::new(params, input, weights).expect("small sizes");
    let (x, w) = (rough(input.iter().product(), 1), rough(weights.iter().product(), 2));
    let (x, w) = (Planes::row_major(&x, input), Planes::row_major(&w, weights));
    let by = |threads: usize| {
        let mut y = vec![f32::NAN; plan.output.iter().product()];
        sharing_everything(|| conv(Team::new(threads), &plan, x, w, &mut y));
        y.into_iter().map(f32::to_bits).collect::<Vec<_>>()
    };
    let alone = by(1);
    for threads in [2, 3, 7] {
        assert!(by(threads) == alone, "{plan:?} by {threads} threads");
    }
}

#[test]
fn threads_change_no_bit() {
    let plain = ConvParams::default();
    let same = ConvParams { pad_low: [1; 2], pad_high: [1; 2], ..plain };
    // By transformed tiles: images, rows of one image, outputs of few tiles, groups; many outputs in turn.
    same_bits(same, [5, 16, 13, 11], [33, 16, 3, 3]);
    same_bits(same, [1, 17, 40, 9], [16, 17, 3, 3]);
    same_bits(same, [1, 20, 9, 12], [130, 20, 3, 3]);
    same_bits(ConvParams { groups: 2, ..same }, [3, 32, 8, 8], [34, 16, 3, 3]);
    same_bits(same, [2, 300, 8, 8], [330, 300, 3, 3]);
    // The gradient by weights: sums of their own, and one sum of few tiles.
    same_bits(same, [17, 21, 24, 24], [35, 21, 24, 24]);
    same_bits(same, [19, 1, 16, 17], [70, 1, 16, 17]);
    // Large windows: some outputs each.
    same_bits(same, [3, 8, 20, 19], [21, 8, 20, 19]);
    // Directly: images, places, outputs; windows of few places.
    same_bits(plain, [5, 6, 12, 11], [7, 6, 2, 3]);
    same_bits(ConvParams { stride: [2, 1], ..same }, [1, 5, 31, 37], [19, 5, 3, 3]);
    same_bits(plain, [1, 300, 5, 7], [60, 300, 1, 1]);
    same_bits(plain, [40, 3, 9, 9], [31, 3, 7, 7]);
    same_bits(plain, [2, 3, 30, 31], [32, 3, 29, 30]);
    let mut dice = Dice { drawn: 1 << 45 };
    for _ in 0..300 {
        let (params, input, weights) = dice.case();
        same_bits(params, input, weights);
    }
}
