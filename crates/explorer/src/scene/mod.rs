//! What is to be drawn, with every place and every number: one scene for the SVG, the page and the terminal.
//!
//! A scene is made of a circuit, of its flow where the numbers are known, and of the set of stages that are open. All
//! lengths are pixels at scale 1; y grows downward. Ids depend on the circuit alone: opening a stage changes no other id.
//!
//! | id | of |
//! |---|---|
//! | `g17` | the gate or input of wire 17; a gate with several outputs goes by the first, a sum by its last addition |
//! | `s4` | stage 4 of the circuit, closed (a box) or open (a frame); `s4-2` where its gates stand in two places |
//! | `p5_90` | the part from wire 5 to wire 90 of a level with more boxes than can be drawn; it opens as a stage does |
//! | `c9` | the frame of the sum `g9` when it is open |
//! | `o0` | output 0 of the circuit |
//! | `w17` | wire 17; `w17-s4` its part inside the open stage `s4` |

mod added;
mod birth;
mod build;
mod card;
mod cells;
mod heat;
mod index;
mod measure;
mod open;
mod pieces;
mod quantity;
mod tree;
mod words;

pub use added::boxed;
pub use birth::birth_scene;
pub use build::{scene, scene_beside};
pub use heat::{Heat, heat};
pub use index::{Found, index};
pub use measure::label_size;

use serde::{Deserialize, Serialize};

/// Most boxes that carry numbers.
pub const WITH_NUMBERS: usize = 150;
/// Most boxes that are drawn at all.
pub const MOST: usize = 600;

/// A circuit as it is drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scene {
    /// The form of this data; 1.
    pub version: u32,
    /// Where the inputs are: left or top.
    pub direction: Direction,
    /// The least x and y of anything drawn, margin included. Not 0 where a box was asked to stay where it was.
    pub left: f64,
    /// See `left`.
    pub top: f64,
    /// From `left` to the right margin.
    pub width: f64,
    /// From `top` to the bottom margin.
    pub height: f64,
    /// Whether wires carry numbers: there is a flow, and at most [`WITH_NUMBERS`] boxes.
    pub numbers: bool,
    /// Inputs, gates, closed stages, frames of open stages and outputs, in program order; a frame stands before what it
    /// holds. Draw frames first, wires next, the others last.
    pub blocks: Vec<Block>,
    /// Every wire that is drawn, in program order of where it begins.
    pub wires: Vec<Line>,
    /// Every stage of the circuit that is drawn or is inside a drawn one, in program order: the outline.
    pub stages: Vec<Entry>,
    /// Forward 1..n, then backward n..1 where there is a flow. Highlight them one by one.
    pub steps: Vec<Step>,
    /// Crossings of wires of different numbers, counted.
    pub crossings: usize,
}

/// The way of the forward pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From left to right.
    #[default]
    Lr,
    /// From top to bottom.
    Tb,
}

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An input of the circuit.
    Input,
    /// Numbers that are part of the circuit and are not folded into a gate.
    Constant,
    /// A gate, or several drawn as one.
    Gate,
    /// A stage that is closed: a box.
    Stage,
    /// A stage that is open: a frame around what it holds, with its title in a bar at the top.
    Frame,
    /// The end of an output wire: a text without a box.
    Output,
}

/// One box, frame or end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// Its id, see the module.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// The text in the box, short: `×`, `+ 1`, `σ`, `w0`.
    pub label: String,
    /// A smaller second line, if there is one: what a gate knows besides its inputs, how many gates a stage holds.
    pub detail: Option<String>,
    /// The whole name: of the wire, if a person gave it one; of a stage, its path `net.l2`.
    pub name: Option<String>,
    /// The engine's name of the gate, `mul`, `sum`; empty for stages and outputs.
    pub gate: String,
    /// The frame that it stands in; none at the top.
    pub frame: Option<String>,
    /// Whether it can be opened (a closed stage, a sum of several gates).
    pub opens: bool,
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
    /// Where wires come in, in the order of the inputs.
    pub ins: Vec<Port>,
    /// Where wires leave.
    pub outs: Vec<Port>,
    /// Its number in the forward pass, from 1; none for inputs, constants, frames and outputs.
    pub step: Option<u32>,
    /// Whether any path of gradients leads from the output to it; true without a flow.
    pub on_gradient_path: bool,
    /// What there is to say about it.
    pub card: Card,
    /// One sentence for those who listen: `gate 3 of 9, multiply: …`.
    pub aria: String,
}

/// Where a wire meets a block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Port {
    /// On the block's edge.
    pub x: f64,
    /// See `x`.
    pub y: f64,
    /// The id of the wire (outside the frame, for a frame).
    pub wire: String,
    /// What stands at the other end: a name, or the gate's number as in `#5`.
    pub name: String,
}

/// A wire from where its value is made to everything that reads it. Several ends are a copy: at its dots the gradients add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its id, see the module.
    pub id: String,
    /// The wire of the circuit.
    pub wire: u32,
    /// Its name, if a person gave it one.
    pub name: Option<String>,
    /// The block that it leaves (for a part inside a frame, the frame).
    pub from: String,
    /// The blocks that it leads to, one for each end, with the number of the port there.
    pub to: Vec<(String, usize)>,
    /// Shape and dtype, where it is no single number.
    pub spec: Option<String>,
    /// Its value.
    pub value: Option<Quantity>,
    /// The gradient that arrives: the sum over all ends.
    pub gradient: Option<Quantity>,
    /// Where the two numbers are written; none where there is no room, as inside frames, where the outer part has them.
    pub place: Option<Place>,
    /// The pieces to draw, from the beginning to the ends; together they are the whole way, without doubles.
    pub pieces: Vec<Piece>,
    /// Where it branches: the gradients ADD there.
    pub dots: Vec<(f64, f64)>,
    /// Of an array, where the view asks for it and there is `place`: small pictures, the value's above its text, the gradient's
    /// below; from top to bottom both below the texts, side by side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maps: Option<Maps>,
}

/// Small pictures of an array and its gradient, each at most [`MAP`] px high and wide.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Maps {
    /// The value.
    pub value: Heat,
    /// The gradient that arrives.
    pub gradient: Option<Heat>,
}

/// Side of the square that a picture of an array has beside a wire, px.
pub const MAP: f64 = 28.0;
/// Most rows and columns of its cells.
pub const MAP_CELLS: usize = 7;

/// Where a wire's numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Left edge of both texts.
    pub x: f64,
    /// Baseline of the value, above the wire.
    pub value_y: f64,
    /// Baseline of the gradient, below the wire.
    pub gradient_y: f64,
}

/// A part of a wire along which the same gradient flows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Piece {
    /// Corners, in the direction of the forward pass; all lines between them are upright or level.
    pub points: Vec<(f64, f64)>,
    /// Which ends of the wire it serves: places in [`Line::to`].
    pub ends: Vec<usize>,
    /// Whether it ends at a block: an arrow head of the forward pass fits there.
    pub is_end: bool,
    /// What is passed back along it.
    pub gradient: Option<Quantity>,
    /// Where the gradient of a branch is written: left edge and baseline; only at ends of wires that branch.
    pub place: Option<(f64, f64)>,
}

/// A number, or an array, as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quantity {
    /// For a wire's label: four digits, with a minus sign that is one; `norm 0.318` for the gradient of an array.
    pub text: String,
    /// The numbers, whole; `"nan"`, `"inf"`, `"-inf"` as texts. Of an array the first [`SHOWN`].
    #[serde(with = "crate::run::number::list")]
    pub raw: Vec<f64>,
    /// Lengths of the axes; empty for a single number.
    pub shape: Vec<usize>,
    /// What colour says.
    pub sign: Sign,
    /// NaN or infinite, anywhere in it: draw the alarm.
    pub special: Option<Special>,
    /// log10 of the number's size, of an array's root mean square; none for 0 and for what is not finite.
    pub magnitude: Option<f64>,
    /// Width of a line that stands for it: 1 to 6 px, see [`Quantity::thickness`].
    pub thickness: f64,
    /// All of it is exactly 0: draw the wire dashed and grey, nothing flows.
    pub zero: bool,
}

/// Numbers of an array that are kept whole.
pub const SHOWN: usize = 64;

/// Sign of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sign {
    /// Above 0.
    Plus,
    /// Below 0.
    Minus,
    /// 0.
    Zero,
    /// An array that is not 0 everywhere, a truth value, or no number.
    Mixed,
}

/// What is no ordinary number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Special {
    /// Not a number. Glyph `X`.
    Nan,
    /// Above all numbers. Glyph `I`.
    Inf,
    /// Below all numbers. Glyph `-I`.
    NegInf,
}

/// What is said about a block when it is selected.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// `multiply`, `input w0`, `stage sigma`.
    pub title: String,
    /// Its formula in general, from the gate's document: `z = x * y`.
    pub formula: String,
    /// Its local gradients in general: `dz/dx = y, dz/dy = x`.
    pub local: String,
    /// The formula in numbers: `2 × −1 = −2`; empty without a flow.
    pub numbers: String,
    /// One row for each input that a gradient can be passed back to.
    pub rows: Vec<Row>,
    /// What arrives at its output.
    pub upstream: Option<Quantity>,
    /// The way in which it handles gradients, if that has a name.
    pub pattern: Option<Pattern>,
    /// Of a stage whose gates all work element by element: its own local gradient beside the product of its parts.
    pub checks: Vec<Check>,
    /// Where it was written: `model.rs:41`, or the line of the formula.
    pub source: Option<String>,
    /// Shape and dtype of the output: `f64`, `f32 [64, 10]`.
    pub spec: String,
}

/// `local × upstream = passed back`, for one input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Which input: a name, a number that is part of the circuit, or `#5`.
    pub input: String,
    /// The wire of the circuit.
    pub wire: u32,
    /// The local gradient; none for a gate that is not element by element, and for stages of such.
    pub local: Option<Quantity>,
    /// What arrives at the output.
    pub upstream: Option<Quantity>,
    /// What is passed back.
    pub back: Option<Quantity>,
}

/// A gate's way with gradients.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pattern {
    /// For machines: `add`, `multiply`, `max`, `copy`, `relu`, `sigmoid`.
    pub key: String,
    /// `multiply swaps`.
    pub title: String,
    /// One sentence, with the numbers where they are known: `max routes: all of it to b, since 3 > 1; the other gets 0.`
    pub sentence: String,
}

/// A stage's own local gradient beside the product of its parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Name of the output.
    pub output: String,
    /// Name of the input.
    pub input: String,
    /// Found by the stage's own adjoint.
    pub local: Quantity,
    /// The product of the local gradients of its gates along the path, summed over the paths.
    pub product: Quantity,
    /// The factors from output to input, where there is one path, all are single numbers and they are few: `−1.84 × 1 × −0.3679`.
    pub factors: Vec<Quantity>,
    /// How many paths.
    pub paths: f64,
    /// The largest difference of the two.
    #[serde(with = "crate::run::number")]
    pub apart: f64,
}

/// A stage in the outline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// `s4`.
    pub id: String,
    /// Its path: `net.l2`. What `--open` takes.
    pub path: String,
    /// The stage around it, if there is one.
    pub parent: Option<String>,
    /// How many stages are around it.
    pub depth: usize,
    /// Gates within, those of inner stages included.
    pub gates: usize,
    /// Whether it is open.
    pub open: bool,
    /// Whether a block of this scene stands for it.
    pub visible: bool,
}

/// The two passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pass {
    /// Values, from inputs to outputs.
    Forward,
    /// Gradients, from outputs to inputs.
    Backward,
}

/// One gate in one pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Which pass.
    pub pass: Pass,
    /// The gate's number: 1..n forward, n..1 backward.
    pub number: u32,
    /// The block to light.
    pub block: String,
    /// The wires whose numbers are known from here on: ids, forward those that leave, backward those that come in.
    pub wires: Vec<String>,
    /// One sentence: `× makes −2 from w0 = 2 and x0 = −1`.
    pub text: String,
}

/// Which view of a circuit is wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    /// What is open: paths (`net.l2`) or ids (`s4`) of stages with or without those around them, ids of sums (`g9` or `c9`).
    /// Stages around an open one are open too.
    pub open: Vec<String>,
    /// All stages with fewer than so many stages around them are open besides.
    pub depth: usize,
    /// The way of the forward pass.
    pub direction: Direction,
    /// The wires to draw the way to; empty for the outputs of the circuit.
    pub outputs: Vec<u32>,
    /// A block that shall have its upper left corner here: id, x, y.
    pub keep: Option<(String, f64, f64)>,
    /// Most boxes; 0 for [`MOST`].
    pub most: usize,
    /// Whether room is left for small pictures of the arrays on wires, and they are given.
    pub maps: bool,
    /// Whether lengths are columns and rows of letters, for terminals, instead of px. Only from left to right.
    pub cells: bool,
}

/// Why a view is not drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Refused {
    /// Too many boxes: how many there would be, how many are allowed, and the view nearest to it that fits, if closing
    /// stages helps.
    Crowded {
        /// How many there would be.
        boxes: usize,
        /// How many are allowed.
        most: usize,
        /// What fits.
        coarser: Option<Box<View>>,
    },
    /// Nothing is called so: the name that was to be opened, and the names there are.
    Unknown {
        /// The name.
        name: String,
        /// Those there are.
        known: Vec<String>,
    },
    /// The flow is not one of this circuit.
    Foreign,
}
