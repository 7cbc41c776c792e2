//! The ways of a wire to its ends, cut where they part: no stretch is drawn twice, and where they part is a dot.

/// A place.
pub type Point = (f64, f64);

/// A stretch with the ends that it serves, and whether it reaches one.
pub type Stretch = (Vec<Point>, Vec<usize>, bool);

/// Cuts ways that have one beginning. Gives the stretches, those nearer to the beginning first, and the dots.
pub fn cut(ways: &[Vec<Point>]) -> (Vec<Stretch>, Vec<Point>) {
    if let [way] = ways {
        return (vec![(way.clone(), vec![0], true)], Vec::new());
    }
    let fine: Vec<Vec<Point>> = ways.iter().map(|way| refined(way, ways)).collect();
    let fine = &fine;
    let serves = |a: Point, b: Point| {
        let has = move |way: &Vec<Point>| way.windows(2).any(|pair| same(pair[0], a) && same(pair[1], b));
        (0..fine.len()).filter(move |&end| has(&fine[end]))
    };
    let (mut stretches, mut dots): (Vec<Stretch>, Vec<Point>) = (Vec::new(), Vec::new());
    for (end, way) in fine.iter().enumerate() {
        let mut open: Option<(Vec<Point>, Vec<usize>)> = None;
        for pair in way.windows(2) {
            match &mut open {
                Some((points, served)) if serves(pair[0], pair[1]).eq(served.iter().copied()) => {
                    points.push(pair[1])
                }
                _ => {
                    let ends = serves(pair[0], pair[1]).collect();
                    if let Some((points, served)) = open.replace((pair.to_vec(), ends)) {
                        let dot = pair[0];
                        if !dots.iter().any(|&d| same(d, dot)) {
                            dots.push(dot);
                        }
                        keep(&mut stretches, points, served, end, false);
                    }
                }
            }
        }
        if let Some((points, served)) = open {
            keep(&mut stretches, points, served, end, true);
        }
    }
    (stretches, dots)
}

/// Keeps a stretch once, when it is met on the way to the first end that it serves.
fn keep(stretches: &mut Vec<Stretch>, points: Vec<Point>, ends: Vec<usize>, end: usize, reaches: bool) {
    if ends.first() == Some(&end) {
        stretches.push((corners(points), ends, reaches));
    }
}

/// A way with a point wherever a corner of another lies on it.
fn refined(way: &[Point], all: &[Vec<Point>]) -> Vec<Point> {
    let mut fine = vec![way[0]];
    for pair in way.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let mut inside: Vec<Point> =
            all.iter().flatten().copied().filter(|&p| lies_inside(p, a, b)).collect();
        let far = |p: &Point| (p.0 - a.0).abs() + (p.1 - a.1).abs();
        inside.sort_by(|p, q| far(p).total_cmp(&far(q)));
        for point in inside.into_iter().chain([b]) {
            if fine.last().is_none_or(|&last| !same(last, point)) {
                fine.push(point);
            }
        }
    }
    fine
}

fn lies_inside(p: Point, a: Point, b: Point) -> bool {
    let between = |x: f64, u: f64, v: f64| x > u.min(v) - 0.01 && x < u.max(v) + 0.01;
    between(p.0, a.0, b.0) && between(p.1, a.1, b.1) && !same(p, a) && !same(p, b)
}

fn same(a: Point, b: Point) -> bool {
    (a.0 - b.0).abs() < 0.01 && (a.1 - b.1).abs() < 0.01
}

/// Without points in the middle of straight lines.
fn corners(points: Vec<Point>) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::new();
    for point in points {
        if let [.., a, b] = kept[..] {
            let level = a.1 == b.1 && b.1 == point.1;
            let upright = a.0 == b.0 && b.0 == point.0;
            if level || upright {
                kept.pop();
            }
        }
        kept.push(point);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn a_branch_is_drawn_once_and_has_a_dot() {
        // from (0, 0) to the right, up to (20, -10), straight on to (20, 0), and down to (20, 10) by one trunk at 10
        let way = |y: f64| {
            if y == 0.0 {
                vec![(0.0, 0.0), (20.0, 0.0)]
            } else {
                vec![(0.0, 0.0), (10.0, 0.0), (10.0, y), (20.0, y)]
            }
        };
        let (stretches, dots) = cut(&[way(-10.0), way(0.0), way(10.0)]);
        assert_eq!(dots, [(10.0, 0.0)]);
        let served: Vec<_> =
            stretches.iter().map(|(points, ends, reaches)| (points.len(), ends.clone(), *reaches)).collect();
        assert_eq!(
            served,
            [(2, vec![0, 1, 2], false), (3, vec![0], true), (2, vec![1], true), (3, vec![2], true)]
        );
    }
}
