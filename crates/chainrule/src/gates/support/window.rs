//! What rooms of pooling share. Windows slide over planes: the last two axes; those before count planes.

use crate::base::{Shape, Spec, limits};
use crate::circuit::{Attr, Attrs, Case, Fault, Kind, Room, Sampler, Wire, record};
use crate::numeric::team::{Team, parts};
use crate::numeric::window::{Pool, Pooling};

/// The attributes of windows.
pub const ATTRS: &[(&str, Kind)] =
    &[("window", Kind::Ints), ("stride", Kind::Ints), ("pad_low", Kind::Ints), ("pad_high", Kind::Ints)];

/// How windows lie on a plane, as the reference sees it.
pub struct Window(Pool);

impl Window {
    /// From the attributes; the shape rule has seen to their signs and that there are two each.
    pub fn of(attrs: &Attrs) -> Window {
        let two = |name| {
            let v = attrs.ints(name);
            [v[0] as usize, v[1] as usize]
        };
        let (pad_low, pad_high) = (two("pad_low"), two("pad_high"));
        Window(Pool { window: two("window"), stride: two("stride"), pad_low, pad_high })
    }

    /// Coordinates of the elements under the window at `at`, row by row.
    pub fn under(&self, planes: Shape, at: &[usize]) -> impl Iterator<Item = Vec<usize>> {
        let (pool, (front, last)) = (self.0, at.split_at(at.len() - 2));
        let (front, last) = (front.to_vec(), [last[0], last[1]]);
        let size = [planes[front.len()], planes[front.len() + 1]];
        let places = move |axis: usize| {
            let start = last[axis] * pool.stride[axis];
            let inside =
                move |i: &usize| (start..start + pool.window[axis]).contains(&(i + pool.pad_low[axis]));
            (0..size[axis]).filter(inside)
        };
        places(0).flat_map(move |i| {
            let front = front.clone();
            places(1).map(move |j| [&front[..], &[i, j]].concat())
        })
    }
}

/// The output's spec, if the windows fit.
pub fn shape(attrs: &Attrs, x: Spec) -> Result<Spec, Fault> {
    let rank = x.shape.rank();
    if rank < 2 {
        return Err(Fault::new(
            format!("takes planes, not {}", x.shape),
            "the last two axes are height and width",
        ));
    }
    for (name, least) in [("window", 1), ("stride", 1), ("pad_low", 0), ("pad_high", 0)] {
        let values = attrs.ints(name);
        if values.len() != 2 || values.iter().any(|v| !(least..=limits::ELEMENTS as i64).contains(v)) {
            let hint = "two whole numbers, one for each axis; window and stride are 1 or more";
            return Err(Fault::new(format!("{name} is {values:?}"), hint));
        }
    }
    let (pool, size) = (Window::of(attrs).0, [x.shape[rank - 2], x.shape[rank - 1]]);
    let padded = (0..2).any(|axis| pool.pad_low[axis].max(pool.pad_high[axis]) >= pool.window[axis]);
    if padded {
        let what =
            format!("padding {:?} and {:?} for a window of {:?}", pool.pad_low, pool.pad_high, pool.window);
        return Err(Fault::new(
            what,
            "padding must be less than the window, so that every window holds an element",
        ));
    }
    let Some(windows) = pool.output_size(size) else {
        return Err(Fault::new(
            format!("windows on empty planes {}", x.shape),
            "planes need at least one element",
        ));
    };
    let dims: Vec<usize> = x.shape.iter().take(rank - 2).chain(windows).collect();
    Ok(x.with_shape(Shape::new(&dims).map_err(|e| Fault::new(e, "less padding, or a larger stride"))?))
}

/// The windows on planes of a shape that the shape rule has accepted.
pub fn pooling(attrs: &Attrs, shape: Shape) -> Pooling {
    let (planes, size) =
        (shape.iter().take(shape.rank() - 2).product(), [shape[shape.rank() - 2], shape[shape.rank() - 1]]);
    Pooling::new(Window::of(attrs).0, planes, size).expect("the shape rule has made the same windows")
}

/// Calls `work` for parts of the planes, each with its windows, its parts of what is read and its part of what is written.
pub fn by_planes<T: Sync, R: Send, const N: usize>(
    team: Team,
    pooling: &Pooling,
    read: [&[T]; N],
    written: &mut [R],
    work: impl Fn(&Pooling, [&[T]; N], &mut [R]) + Sync,
) {
    let planes = pooling.planes();
    let elements = pooling.input_len().max(pooling.output_len()) / planes.max(1);
    team.split(written, planes, parts(planes, elements * PICOSECONDS), 0, |[from, end], written| {
        let own = read.map(|read| {
            let unit = read.len() / planes.max(1);
            &read[from * unit..end * unit]
        });
        work(&pooling.some(end - from), own, written);
    });
}

/// What an element takes, roughly.
const PICOSECONDS: usize = 500;

/// A batch is more planes.
pub fn batch(room: &Room<'_>, _: &[bool]) -> Vec<Wire> {
    vec![record(room.gate, room.attrs.clone(), &[room.inputs[0]])]
}

/// Each window looks at each of its places.
pub fn flops(attrs: &Attrs, _: &[Spec], outputs: &[Spec]) -> u64 {
    let window: usize = attrs.indices("window").iter().product();
    (window as u64).saturating_mul(outputs[0].shape.elements() as u64)
}

/// Random windows on random planes; with distinct elements for gates that compare them, else with `count_padding`.
pub fn sample(s: &mut Sampler, compares: bool) -> Case {
    let window = [s.int(1, 3), s.int(1, 3)];
    let mut attrs = vec![("window", Attr::Ints(window.into()))];
    attrs.push(("stride", Attr::Ints(vec![s.int(1, 3), s.int(1, 2)])));
    for name in ["pad_low", "pad_high"] {
        attrs.push((name, Attr::Ints(window.iter().map(|&w| s.int(0, w - 1)).collect())));
    }
    let dims = [s.dims(0, 2), vec![s.size(1, 5), s.size(1, 5)]].concat();
    let x = if compares { s.distinct(&dims) } else { s.reals(&dims, -2.0, 2.0) };
    if !compares {
        attrs.push(("count_padding", s.coin().into()));
    }
    Case { attrs: Attrs::from_list(attrs), inputs: vec![x] }
}
