//! The ways of the wires. Between two layers lies a channel with tracks: each wire that bends there has its upright part in
//! a track of its own, or one that it shares with wires it does not meet. Boxes are in layers and have slots to
//! themselves, so that no wire can run under one.

use super::{Graph, Pin, Placed, Point, Rows, What};

/// A wire in one channel: from a slot to its ends in the next layer.
#[derive(Clone, Debug)]
struct Strand {
    net: usize,
    slot: usize,
    /// Across, where it comes in.
    start: f64,
    /// Across, where it goes out: the slots of the next layer, and the end of the net if it is one.
    ends: Vec<(f64, usize, Option<usize>)>,
    /// The track of its upright part; none if it is straight.
    track: Option<usize>,
    /// An upright part before that, and where it goes on from there, where two wires would have to change places.
    detour: Option<(usize, f64)>,
}

impl Strand {
    fn is_bent(&self) -> bool {
        self.detour.is_some() || self.ends.iter().any(|(end, ..)| (end - self.start).abs() >= 0.5)
    }

    /// Where its last upright part begins.
    fn enters(&self) -> f64 {
        self.detour.map_or(self.start, |(_, at)| at)
    }

    /// From where to where its upright part goes.
    fn span(&self) -> (f64, f64) {
        let ends = self.ends.iter().map(|(end, ..)| *end);
        ends.fold((self.enters(), self.enters()), |(low, high), end| (low.min(end), high.max(end)))
    }

    /// Whether an upright part meets this level.
    fn meets(&self, level: f64, clear: f64) -> bool {
        let (low, high) = self.span();
        low - clear < level && level < high + clear
    }
}

/// Positions along main, and the way of every wire.
pub fn route(graph: &Graph, rows: &Rows) -> Placed {
    let metrics = graph.metrics;
    let channels: Vec<(Vec<Strand>, usize)> =
        (0..rows.links.len()).map(|at| channel(rows, at, metrics.clear)).collect();
    let mut placed = Placed { at: vec![(0.0, 0.0); graph.nodes.len()], ..Placed::default() };
    // Where the tracks behind each layer begin.
    let mut tracks = Vec::new();
    let mut start = 0.0f64;
    for (at, slots) in rows.slots.iter().enumerate() {
        let nodes =
            || slots.iter().filter_map(|s| if let What::Node(i) = s.what { Some((s, i)) } else { None });
        start += nodes().map(|(_, i)| graph.nodes[i].approach).fold(0.0, f64::max);
        let widest = nodes().map(|(_, i)| graph.nodes[i].main).fold(0.0, f64::max);
        let mut end = start + widest;
        for (slot, index) in nodes() {
            let node = &graph.nodes[index];
            let main = match node.pin {
                Pin::Source => start + widest - node.main,
                Pin::First | Pin::Last => start,
                Pin::Free => start + ((widest - node.main) / 2.0).round(),
            };
            placed.at[index] = (main, slot.start + slot.inset);
            end = node.outs.iter().map(|o| main + node.main + o.label).fold(end, f64::max);
        }
        tracks.push(end + metrics.margin);
        placed.size.0 = end;
        let count = channels.get(at).map_or(0, |(_, count)| *count);
        start = end
            + match count {
                0 => metrics.between,
                _ => 2.0 * metrics.margin + metrics.track * (count - 1) as f64,
            };
    }
    placed.size.1 = rows.slots.iter().flatten().map(|s| s.start + s.length).fold(0.0, f64::max);
    placed.ways = graph.nets.iter().map(|net| vec![Vec::new(); net.to.len()]).collect();
    ways(graph, rows, &channels, &tracks, &mut placed);
    placed
}

/// Follows each wire through the channels. The ways of slots that pass are kept from channel to channel.
fn ways(graph: &Graph, rows: &Rows, channels: &[(Vec<Strand>, usize)], tracks: &[f64], placed: &mut Placed) {
    let mut before: Vec<Vec<Point>> = Vec::new();
    for (at, (strands, _)) in channels.iter().enumerate() {
        let mut passing = vec![Vec::new(); rows.slots[at + 1].len()];
        let x = |track: usize| tracks[at] + graph.metrics.track * track as f64;
        for strand in strands {
            let mut way = match rows.slots[at][strand.slot].what {
                What::Node(index) => vec![(placed.at[index].0 + graph.nodes[index].main, strand.start)],
                // One net alone passes here.
                What::Pass(_) => std::mem::take(&mut before[strand.slot]),
            };
            if let Some((track, level)) = strand.detour {
                way.extend([(x(track), strand.start), (x(track), level)]);
            }
            for (number, &(level, slot, end)) in strand.ends.iter().enumerate() {
                let is_last = number + 1 == strand.ends.len();
                let mut way = if is_last { std::mem::take(&mut way) } else { way.clone() };
                if let Some(track) = strand.track.filter(|_| (level - strand.enters()).abs() >= 0.5) {
                    way.extend([(x(track), strand.enters()), (x(track), level)]);
                }
                match (end, rows.slots[at + 1][slot].what) {
                    (Some(end), What::Node(index)) => {
                        way.push((placed.at[index].0, level));
                        placed.ways[strand.net][end] = straight(&way);
                    }
                    _ => passing[slot] = way,
                }
            }
        }
        before = passing;
    }
}

/// Without corners that are none.
fn straight(way: &[Point]) -> Vec<Point> {
    let mut corners: Vec<Point> = Vec::new();
    for &point in way {
        if let [.., a, b] = corners[..] {
            let level = (a.1 - b.1).abs() < 0.5 && (b.1 - point.1).abs() < 0.5;
            let upright = (a.0 - b.0).abs() < 0.5 && (b.0 - point.0).abs() < 0.5;
            if level || upright {
                corners.pop();
            }
        }
        corners.push(point);
    }
    // Half a pixel of slack must not become a slope.
    for i in 1..corners.len() {
        if (corners[i].1 - corners[i - 1].1).abs() < 0.5 {
            corners[i].1 = corners[i - 1].1;
        }
    }
    corners
}

/// The strands of a channel with their tracks, and how many tracks there are.
fn channel(rows: &Rows, at: usize, clear: f64) -> (Vec<Strand>, usize) {
    let mut strands = strands(rows, at);
    let mut bent: Vec<usize> = (0..strands.len()).filter(|&i| strands[i].is_bent()).collect();
    // Wires that go on with larger numbers cross least if those that begin there come first; and the other way round.
    let key = |s: &Strand| {
        let mean = s.ends.iter().map(|(end, ..)| end).sum::<f64>() / s.ends.len() as f64;
        if mean > s.start { -s.start } else { s.start }
    };
    bent.sort_by(|&a, &b| key(&strands[a]).total_cmp(&key(&strands[b])));
    sort(&strands, &mut bent, clear);
    let detours = detours(&mut strands, &bent, clear);
    let mut count = detours;
    // Spans and tracks of those before.
    let mut placed: Vec<(f64, f64, usize)> = Vec::with_capacity(bent.len());
    for &i in &bent {
        let (low, high) = strands[i].span();
        let meets = |other: &&(f64, f64, usize)| low - clear < other.1 && other.0 - clear < high;
        let after = placed.iter().filter(meets).map(|other| other.2).max();
        let track = after.map_or(detours, |track| track + 1);
        placed.push((low, high, track));
        strands[i].track = Some(track);
        count = count.max(track + 1);
    }
    (strands, count)
}

fn strands(rows: &Rows, at: usize) -> Vec<Strand> {
    let mut strands: Vec<Strand> = Vec::new();
    for link in &rows.links[at] {
        let start = rows.slots[at][link.from].start + link.out;
        let end = (rows.slots[at + 1][link.to].start + link.into, link.to, link.end);
        // A net leaves a layer from one slot, and its links follow each other.
        match strands.last_mut().filter(|s| s.net == link.net) {
            Some(strand) => strand.ends.push(end),
            None => strands.push(Strand {
                net: link.net,
                slot: link.from,
                start,
                ends: vec![end],
                track: None,
                detour: None,
            }),
        }
    }
    strands
}

/// Swaps neighbours as long as that lessens crossings, a fixed number of times over.
fn sort(strands: &[Strand], bent: &mut [usize], clear: f64) {
    for _ in 0..8 {
        let mut improved = false;
        for i in 1..bent.len() {
            let (a, b) = (&strands[bent[i - 1]], &strands[bent[i]]);
            if cost(b, a, clear) < cost(a, b, clear) {
                bent.swap(i - 1, i);
                improved = true;
            }
        }
        if !improved {
            break;
        }
    }
}

/// Crossings of two strands if the first has the earlier track; very many if they would run over each other.
fn cost(a: &Strand, b: &Strand, clear: f64) -> usize {
    let crossings =
        usize::from(a.meets(b.start, clear)) + a.ends.iter().filter(|(end, ..)| b.meets(*end, clear)).count();
    if overlaps(a, b, clear) { 1000 + crossings } else { crossings }
}

/// Whether, with `a` in the earlier track, an end of `a` would run over the beginning of `b`.
fn overlaps(a: &Strand, b: &Strand, clear: f64) -> bool {
    a.ends.iter().any(|(end, ..)| (end - b.start).abs() < clear)
}

/// Where no order of tracks helps, a strand first leaves its level for a free one, in a track before all others.
fn detours(strands: &mut [Strand], bent: &[usize], clear: f64) -> usize {
    let mut count = 0;
    for j in 0..bent.len() {
        let clashes = bent[..j].iter().any(|&i| overlaps(&strands[i], &strands[bent[j]], clear));
        if clashes {
            let level = free_level(strands, strands[bent[j]].start, clear);
            strands[bent[j]].detour = Some((count, level));
            count += 1;
        }
    }
    count
}

/// A level near this one where no wire of the channel comes in or goes out.
fn free_level(strands: &[Strand], near: f64, clear: f64) -> f64 {
    let taken = |level: f64| {
        let at = |other: f64| (other - level).abs() < clear;
        strands.iter().any(|s| {
            at(s.start) || s.detour.is_some_and(|d| at(d.1)) || s.ends.iter().any(|(end, ..)| at(*end))
        })
    };
    let steps = (1..4000).map(|step| near + f64::from(step / 2) * if step % 2 == 0 { 1.0 } else { -1.0 });
    steps.into_iter().find(|&level| !taken(level)).unwrap_or(near)
}
