//! Where everything stands: layers from left to right, rows from top to bottom.
//!
//! After Sugiyama, Tagawa and Toda (1981): layers, then an order with few crossings, then rows that make wires straight.
//! No randomness and a fixed number of passes: the same circuit is always drawn alike.

use super::sketch::{Figure, Kind, Port};

/// Passes from right to left and back.
const SWEEPS: usize = 8;

/// Something that takes a place in a layer: a figure, or a wire passing by.
#[derive(Debug)]
pub struct Item {
    /// The figure, or the one whose wire passes.
    pub figure: usize,
    /// Whether it is only a wire passing by.
    pub passes: bool,
    /// The row of the wire that leaves it.
    pub row: i32,
    /// Where it gets its inputs: the item in the layer to the left, and the row of the port relative to its own.
    pub sources: Vec<(usize, i32)>,
}

/// The items of each layer, from top to bottom.
#[derive(Debug)]
pub struct Layout {
    pub layers: Vec<Vec<Item>>,
}

/// Places all figures.
pub fn arrange(figures: &[Figure]) -> Layout {
    let mut layers = join(figures, &layers_of(figures));
    order(&mut layers);
    rows(figures, &mut layers);
    Layout { layers }
}

/// Rows between the middle of a figure and the last one that it needs, on either side.
pub fn reach(figures: &[Figure], item: &Item) -> i32 {
    match figures[item.figure].kind {
        _ if item.passes => 0,
        Kind::Output => 0,
        Kind::Input => 1,
        Kind::Gate => offsets(figures[item.figure].ports.len()).last().copied().unwrap_or(0) + 1,
    }
}

/// Rows of the ports relative to the middle: an even number of ports leaves the middle free.
pub fn offsets(ports: usize) -> Vec<i32> {
    let half = ports as i32 / 2;
    (-half..=half).filter(|&o| o != 0 || ports % 2 == 1).collect()
}

/// As far left as they can be; then inputs as far right as they can be, close to their first use.
fn layers_of(figures: &[Figure]) -> Vec<usize> {
    let mut layer = vec![0; figures.len()];
    for (i, figure) in figures.iter().enumerate() {
        layer[i] = sources(figure).map(|s| layer[s] + 1).max().unwrap_or(0);
    }
    let mut first_use = vec![usize::MAX; figures.len()];
    for (i, figure) in figures.iter().enumerate() {
        sources(figure).for_each(|s| first_use[s] = first_use[s].min(layer[i]));
    }
    for (i, figure) in figures.iter().enumerate() {
        if figure.kind == Kind::Input && first_use[i] != usize::MAX {
            layer[i] = first_use[i] - 1;
        }
    }
    layer
}

fn sources(figure: &Figure) -> impl Iterator<Item = usize> {
    figure.ports.iter().filter_map(|p| if let Port::From(s) = p { Some(*s) } else { None })
}

/// Items for all figures, and for wires wherever they pass a layer.
fn join(figures: &[Figure], layer: &[usize]) -> Vec<Vec<Item>> {
    let count = layer.iter().max().map_or(0, |l| l + 1);
    let mut layers: Vec<Vec<Item>> = (0..count).map(|_| Vec::new()).collect();
    for (figure, &at) in layer.iter().enumerate() {
        layers[at].push(Item { figure, passes: false, row: 0, sources: Vec::new() });
    }
    for (figure, &at) in layer.iter().enumerate() {
        let offsets = offsets(figures[figure].ports.len());
        for (port, offset) in figures[figure].ports.iter().zip(offsets) {
            if let Port::From(source) = port {
                let from = reach_layer(&mut layers, *source, layer[*source], at - 1);
                if let Some(item) = layers[at].iter_mut().find(|i| i.figure == figure && !i.passes) {
                    item.sources.push((from, offset));
                }
            }
        }
    }
    layers
}

/// The item by which a wire can be had in a layer; it is led there if need be.
fn reach_layer(layers: &mut [Vec<Item>], source: usize, from: usize, to: usize) -> usize {
    let find = |layer: &[Item]| layer.iter().position(|i| i.figure == source);
    let mut at = find(&layers[from]).unwrap_or(0);
    for layer in &mut layers[from + 1..=to] {
        at = find(layer).unwrap_or_else(|| {
            layer.push(Item { figure: source, passes: true, row: 0, sources: vec![(at, 0)] });
            layer.len() - 1
        });
    }
    at
}

/// Orders each layer by the mean place of what its items are joined to; keeps the order with the fewest crossings.
fn order(layers: &mut [Vec<Item>]) {
    let mut best: Option<(usize, Vec<Vec<usize>>)> = None;
    for sweep in 0..=SWEEPS {
        let crossings = layers.windows(2).map(|w| crossings(&w[1])).sum();
        if best.as_ref().is_none_or(|(fewest, _)| crossings < *fewest) {
            let figures = |layer: &Vec<Item>| layer.iter().map(|i| i.figure).collect();
            best = Some((crossings, layers.iter().map(figures).collect()));
        }
        let count = layers.len();
        for step in 1..count {
            if sweep % 2 == 0 {
                let at = count - 1 - step;
                let keys = by_targets(layers, at);
                sort_layer(layers, at, &keys);
            } else {
                let mean =
                    |i: &Item| mean(i.sources.iter().map(|&(s, offset)| s as f64 + 0.1 * f64::from(offset)));
                let keys: Vec<Option<f64>> = layers[step].iter().map(mean).collect();
                sort_layer(layers, step, &keys);
            }
        }
    }
    if let Some((_, order)) = best {
        for (at, figures) in order.iter().enumerate() {
            let place = |i: &Item| figures.iter().position(|&f| f == i.figure).map(|p| p as f64);
            let keys: Vec<Option<f64>> = layers[at].iter().map(place).collect();
            sort_layer(layers, at, &keys);
        }
    }
}

/// The mean place of the ports that each item of a layer leads to.
fn by_targets(layers: &[Vec<Item>], at: usize) -> Vec<Option<f64>> {
    let targets = |index: usize| {
        let next = layers[at + 1].iter().enumerate();
        let ports = next.flat_map(|(t, item)| item.sources.iter().map(move |&(s, offset)| (t, s, offset)));
        mean(ports.filter(|&(_, s, _)| s == index).map(|(t, _, offset)| t as f64 + 0.1 * f64::from(offset)))
    };
    (0..layers[at].len()).map(targets).collect()
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), v| (sum + v, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

/// Sorts a layer by keys, those without one staying where they are, and keeps the next layer's references right.
fn sort_layer(layers: &mut [Vec<Item>], at: usize, keys: &[Option<f64>]) {
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by(|&a, &b| keys[a].unwrap_or(a as f64).total_cmp(&keys[b].unwrap_or(b as f64)));
    let mut new_place = vec![0; order.len()];
    order.iter().enumerate().for_each(|(new, &old)| new_place[old] = new);
    let mut items: Vec<(usize, Item)> = std::mem::take(&mut layers[at]).into_iter().enumerate().collect();
    items.sort_by_key(|(old, _)| new_place[*old]);
    layers[at] = items.into_iter().map(|(_, item)| item).collect();
    if let Some(next) = layers.get_mut(at + 1) {
        let sources = next.iter_mut().flat_map(|i| &mut i.sources);
        sources.for_each(|(source, _)| *source = new_place[*source]);
    }
}

/// Pairs of wires that cross on their way into a layer.
fn crossings(layer: &[Item]) -> usize {
    let wire =
        |(t, item): (usize, &Item)| item.sources.iter().map(move |&(s, o)| (s, (t, o))).collect::<Vec<_>>();
    let wires: Vec<(usize, (usize, i32))> = layer.iter().enumerate().flat_map(wire).collect();
    let cross = |(i, a): (usize, &(usize, (usize, i32)))| {
        wires[..i].iter().filter(|b| (a.0 < b.0 && a.1 > b.1) || (a.0 > b.0 && a.1 < b.1)).count()
    };
    wires.iter().enumerate().map(cross).sum()
}

/// Chooses rows that keep the order and the distances, with wires as straight as can be.
fn rows(figures: &[Figure], layers: &mut [Vec<Item>]) {
    for layer in layers.iter_mut() {
        let wished: Vec<Option<f64>> = vec![None; layer.len()];
        settle(figures, layer, &wished);
    }
    for sweep in 0..=SWEEPS {
        for step in 1..layers.len() {
            let at = if sweep % 2 == 0 { step } else { layers.len() - 1 - step };
            let wished: Vec<Option<f64>> =
                (0..layers[at].len()).map(|i| wish(layers, at, i, sweep % 2 == 0)).collect();
            settle(figures, &mut layers[at], &wished);
        }
    }
    let top = layers.iter().flatten().map(|i| i.row - reach(figures, i)).min().unwrap_or(0);
    layers.iter_mut().flatten().for_each(|i| i.row -= top);
}

/// The row in which the wires of an item, to its left or to its right, would be straight on average.
fn wish(layers: &[Vec<Item>], at: usize, index: usize, to_left: bool) -> Option<f64> {
    if to_left {
        let sources = layers[at][index].sources.iter();
        return mean(sources.map(|&(s, offset)| f64::from(layers[at - 1][s].row - offset)));
    }
    let ports =
        layers[at + 1].iter().flat_map(|t| t.sources.iter().map(move |&(s, offset)| (s, t.row + offset)));
    mean(ports.filter(|&(s, _)| s == index).map(|(_, row)| f64::from(row)))
}

/// The rows nearest to the wished ones (least squares) that keep order and distances: pooling of neighbours that are too
/// close. Items without a wish keep their row as a wish.
fn settle(figures: &[Figure], layer: &mut [Item], wished: &[Option<f64>]) {
    // With the distances taken off, all that is left to ask is that rows do not decrease.
    let mut taken = 0;
    let mut base = Vec::new();
    for (i, item) in layer.iter().enumerate() {
        if i > 0 {
            taken += reach(figures, &layer[i - 1]) + reach(figures, item) + 1;
        }
        base.push(taken);
    }
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (i, item) in layer.iter().enumerate() {
        pools.push((wished[i].unwrap_or(f64::from(item.row)) - f64::from(base[i]), 1));
        while let [.., (a, n), (b, m)] = pools[..] {
            if a <= b {
                break;
            }
            pools.truncate(pools.len() - 2);
            pools.push(((a * n as f64 + b * m as f64) / (n + m) as f64, n + m));
        }
    }
    let rows = pools.into_iter().flat_map(|(row, count)| std::iter::repeat_n(row, count));
    for ((item, row), base) in layer.iter_mut().zip(rows).zip(base) {
        item.row = (row + 0.5).floor() as i32 + base;
    }
}
