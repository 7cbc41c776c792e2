//! Where everything stands: layers in the direction of the forward pass, an order with few crossings, places that make wires
//! straight, and right-angle ways for the wires that run beside boxes, never under them.
//!
//! After Sugiyama, Tagawa and Toda (1981), with tracks between the layers as in channel routing. Program order decides
//! where nothing else does, there is no randomness, and the number of passes is fixed: the same graph is always laid out
//! alike, in time that grows about as the number of boxes does.
//!
//! One graph is one level: what is open inside it was laid out before and is a box with ports here. Lengths are px. *Main*
//! is the direction of the forward pass, *cross* the other; whoever draws turns them into x and y.

mod layers;
pub(crate) mod lists;
mod order;
mod place;
mod route;
pub mod text;

/// Distances. Px for pictures, columns and rows for terminals.
#[derive(Clone, Copy, Debug)]
pub struct Metrics {
    /// Least room beside a box, across.
    pub gap: f64,
    /// Room of a wire that passes by, across: before and behind it.
    pub beside: (f64, f64),
    /// Between two tracks, along main.
    pub track: f64,
    /// Between what ends a layer and the first track, and between the last track and the next layer.
    pub margin: f64,
    /// Between layers where there is no track.
    pub between: f64,
    /// Wires of two nets that run side by side are at least so far apart.
    pub clear: f64,
    /// Bends smaller than this are taken out where that is possible.
    pub jog: f64,
}

/// For pictures, in px.
pub const PIXELS: Metrics =
    Metrics { gap: 8.0, beside: (8.0, 8.0), track: 13.0, margin: 8.0, between: 16.0, clear: 5.0, jog: 14.0 };
/// For terminals, in columns along main and rows across.
pub const CELLS: Metrics =
    Metrics { gap: 0.0, beside: (0.0, 1.0), track: 2.0, margin: 1.0, between: 1.0, clear: 0.6, jog: 2.0 };

/// A box to be placed.
#[derive(Clone, Debug, Default)]
pub struct Node {
    /// Length along main.
    pub main: f64,
    /// Length along cross.
    pub cross: f64,
    /// Where wires come in, across from its beginning.
    pub ins: Vec<f64>,
    /// Where wires leave.
    pub outs: Vec<Out>,
    /// Room that labels at its inputs need in front of it.
    pub approach: f64,
    /// Room that they need across, behind each port.
    pub beside_ins: f64,
    /// Where it has to be.
    pub pin: Pin,
}

/// A place where a wire leaves a box, with the room that its label needs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Out {
    /// Across, from the beginning of the box.
    pub at: f64,
    /// Along main, behind the box.
    pub label: f64,
    /// Across, on the side of smaller numbers.
    pub before: f64,
    /// Across, on the other side.
    pub after: f64,
}

/// Where a box has to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pin {
    /// Anywhere.
    #[default]
    Free,
    /// A source that should be near its first use.
    Source,
    /// In the first layer.
    First,
    /// In the last one.
    Last,
}

/// A wire with all its ends.
#[derive(Clone, Debug)]
pub struct Net {
    /// Box and place in its `outs`.
    pub from: (usize, usize),
    /// Boxes and places in their `ins`.
    pub to: Vec<(usize, usize)>,
}

/// One level: boxes in program order, each after those that it reads.
#[derive(Clone, Debug)]
pub struct Graph {
    /// The boxes.
    pub nodes: Vec<Node>,
    /// The wires.
    pub nets: Vec<Net>,
    /// The distances to keep.
    pub metrics: Metrics,
}

/// A place: along main, across.
pub type Point = (f64, f64);

/// Where everything of one level is, from (0, 0).
#[derive(Clone, Debug, Default)]
pub struct Placed {
    /// The corner of each box with the smallest numbers.
    pub at: Vec<Point>,
    /// For each wire, for each end, its corners from the beginning to the end.
    pub ways: Vec<Vec<Vec<Point>>>,
    /// Lengths along main and across.
    pub size: Point,
}

/// Something that takes a place in a layer.
#[derive(Clone, Copy, Debug)]
struct Slot {
    what: What,
    /// Across, with the room beside it.
    start: f64,
    /// Length across with all room.
    length: f64,
    /// Where the box, or the wire that passes, is from `start`.
    inset: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Node(usize),
    /// A wire of this number on its way.
    Pass(usize),
}

/// A wire between neighbouring layers, from a slot to a slot of the next layer.
#[derive(Clone, Copy, Debug)]
struct Link {
    net: usize,
    from: usize,
    /// Across, from the `start` of the slot.
    out: f64,
    to: usize,
    into: f64,
    /// Which end of the net it is, if it ends here.
    end: Option<usize>,
}

/// Layers with their slots, and the links behind each.
#[derive(Clone, Debug, Default)]
struct Rows {
    slots: Vec<Vec<Slot>>,
    links: Vec<Vec<Link>>,
}

/// Places all boxes and wires of a level.
pub fn arrange(graph: &Graph) -> Placed {
    if graph.nodes.is_empty() {
        return Placed::default();
    }
    let mut rows = layers::rows(graph);
    order::order(&mut rows);
    place::place(&mut rows, graph.metrics.jog);
    route::route(graph, &rows)
}

impl Slot {
    fn of_node(index: usize, node: &Node, gap: f64) -> Slot {
        let before = node.outs.iter().map(|o| o.before - o.at).fold(gap, f64::max);
        let after = node.outs.iter().map(|o| o.at + o.after - node.cross).fold(gap, f64::max);
        let after = node.ins.iter().map(|at| at + node.beside_ins - node.cross).fold(after, f64::max);
        let length = before + node.cross + after;
        Slot { what: What::Node(index), start: 0.0, length, inset: before }
    }

    fn of_pass(net: usize, (before, behind): (f64, f64)) -> Slot {
        Slot { what: What::Pass(net), start: 0.0, length: before + behind, inset: before }
    }
}
