//! The records of a run file. Keys are short, because there are many: `k` the kind, `s` the step from 1, `w` a wire of the
//! circuit, `t` seconds.

use super::plane::{Plane, Points};
use super::{limits, number};
use serde::{Deserialize, Serialize};

/// One line of a run file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "k", rename_all = "lowercase")]
pub enum Record {
    /// The first line: what was run.
    Run(Head),
    /// The circuit of a step, and what is watched of it.
    Graph(Graph),
    /// A step.
    Step(Step),
    /// The summary of one wire at one step.
    Sum(Box<Sum>),
    /// One number, or one element of a tensor, at one step.
    Val(Val),
    /// The network was tried on examples that it does not learn from.
    Try(Try),
    /// The examples of a problem in the plane.
    Points(Box<Points>),
    /// What a network says of a problem in the plane.
    Plane(Box<Plane>),
    /// A health rule was broken.
    Alert(Alert),
    /// Where a NaN or infinity was born.
    Birth(Box<Birth>),
    /// The last line of a training that ended in an orderly way.
    End(End),
}

/// What was run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// The version of the format.
    pub v: u32,
    /// A name for the run.
    #[serde(default)]
    pub id: String,
    /// When it began, in seconds since 1970.
    #[serde(default)]
    pub t: f64,
    /// The command.
    #[serde(default)]
    pub argv: Vec<String>,
    /// The machine.
    #[serde(default)]
    pub host: String,
    /// The dtype of the weights.
    #[serde(default)]
    pub dtype: String,
    /// How many steps there will be, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<u64>,
}

/// A circuit: its modules and gates, and which wires are watched.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Graph {
    /// The number of the circuit, from 1.
    pub g: u32,
    /// Modules: the stages of the circuit.
    pub modules: Vec<Module>,
    /// Gates, in the order of the circuit; none if there are more than [`limits::GATES`](super::limits::GATES).
    pub gates: Vec<Gate>,
    /// Watched wires.
    #[serde(default)]
    pub watch: Vec<Watch>,
    /// The wire of the loss.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<u32>,
}

impl Graph {
    /// Whether it can be one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), &'static str> {
        let elements = |gate: &Gate| gate.shape.iter().try_fold(1u64, |all, &n| all.checked_mul(n as u64));
        match self.gates.iter().all(|gate| elements(gate).is_some_and(|n| n <= limits::ELEMENTS)) {
            true => Ok(()),
            false => Err("the circuit has a wire with more elements than there can be"),
        }
    }
}

/// A module.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Module {
    /// Its number.
    pub id: u32,
    /// Its full name; that of number 0, the whole circuit, is empty.
    pub path: String,
    /// How often it stands here.
    #[serde(default = "one")]
    pub rep: u32,
}

fn one() -> u32 {
    1
}

/// A gate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// The wire of its first output.
    pub id: u32,
    /// Its name.
    pub op: String,
    /// Its module.
    pub m: u32,
    /// The wires it reads.
    #[serde(rename = "in", default)]
    pub inputs: Vec<u32>,
    /// The shape of its first output.
    #[serde(default)]
    pub shape: Vec<usize>,
    /// Where it was written.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub src: String,
    /// Which part of the step it belongs to.
    #[serde(default, skip_serializing_if = "Pass::is_forward")]
    pub pass: Pass,
}

/// Parts of a training step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Pass {
    /// From inputs to the loss.
    #[default]
    #[serde(rename = "fwd")]
    Forward,
    /// From the loss to gradients.
    #[serde(rename = "bwd")]
    Backward,
    /// From gradients to new weights.
    #[serde(rename = "upd")]
    Update,
}

impl Pass {
    /// Whether it is the forward pass.
    pub fn is_forward(&self) -> bool {
        *self == Pass::Forward
    }
}

/// A watched wire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Watch {
    /// The wire.
    pub w: u32,
    /// What it is.
    pub role: Role,
    /// Its name: a parameter's path, or the module and gate of an activation.
    pub name: String,
    /// Its module.
    #[serde(default)]
    pub m: u32,
    /// The gate that computes it.
    #[serde(default)]
    pub op: String,
    /// Whether a path leads from it to the loss, so that it has a gradient.
    pub path: bool,
    /// How many axes it has.
    #[serde(default)]
    pub rank: usize,
}

/// What a watched wire is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A weight or bias.
    Parameter,
    /// What a module or a non-linear gate gives.
    Activation,
}

/// A step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its number, from 1.
    pub s: u64,
    /// Seconds since the start.
    pub t: f64,
    /// The loss.
    #[serde(with = "number")]
    pub loss: f64,
    /// The learning rate.
    #[serde(default, with = "number")]
    pub lr: f64,
    /// What it took.
    #[serde(default)]
    pub ms: Milliseconds,
}

/// Milliseconds of a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Milliseconds {
    /// Forward pass, backward pass and update, which are one plan.
    #[serde(default)]
    pub step: f64,
    /// Observing.
    #[serde(default)]
    pub obs: f64,
}

/// What a summary is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Field {
    /// An activation.
    #[serde(rename = "v")]
    Value,
    /// The gradient of the loss there.
    #[serde(rename = "g")]
    Gradient,
    /// A parameter before the step.
    #[serde(rename = "p")]
    Parameter,
    /// What the step added to it.
    #[serde(rename = "u")]
    Update,
}

/// The summary of one wire at one step. Least, largest, mean and the rest are of the finite elements.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sum {
    /// The step.
    pub s: u64,
    /// The wire.
    pub w: u32,
    /// What of it.
    pub f: Field,
    /// Elements.
    pub n: u64,
    /// NaN among them.
    #[serde(default)]
    pub nan: u64,
    /// Infinities among them.
    #[serde(default)]
    pub pinf: u64,
    /// Negative infinities among them.
    #[serde(default)]
    pub ninf: u64,
    /// Zeros among them.
    #[serde(default)]
    pub zero: u64,
    /// The least.
    #[serde(with = "number")]
    pub min: f64,
    /// The largest.
    #[serde(with = "number")]
    pub max: f64,
    /// The mean.
    #[serde(with = "number")]
    pub mean: f64,
    /// The standard deviation.
    #[serde(with = "number")]
    pub std: f64,
    /// The Euclidean norm.
    #[serde(with = "number")]
    pub l2: f64,
    /// Units of an activation: columns, channels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<u64>,
    /// Those that are zero for every row of the batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead: Option<u64>,
    /// The share of elements where the gate is flat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sat: Option<f64>,
    /// Of a gradient that comes back through a loop its norm at the first turn,
    #[serde(default, with = "number::maybe", skip_serializing_if = "Option::is_none")]
    pub first: Option<f64>,
    /// and at the last.
    #[serde(default, with = "number::maybe", skip_serializing_if = "Option::is_none")]
    pub last: Option<f64>,
    /// The histogram, as [`Histogram::encoded`](super::Histogram::encoded) writes it.
    #[serde(default)]
    pub h: String,
}

impl Sum {
    /// Whether it can be one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), &'static str> {
        let counts = [self.nan, self.pinf, self.ninf, self.zero];
        let counted = counts.into_iter().fold(0u64, u64::saturating_add);
        match counted <= self.n && self.n <= limits::ELEMENTS && self.dead <= self.units {
            true => Ok(()),
            false => Err("the summary counts more elements than there can be"),
        }
    }
}

/// One number at one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Val {
    /// The step.
    pub s: u64,
    /// The wire.
    pub w: u32,
    /// Which element, where it is a tensor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<u64>,
    /// Its value.
    #[serde(with = "number")]
    pub v: f64,
    /// Its gradient.
    #[serde(default, with = "number::maybe", skip_serializing_if = "Option::is_none")]
    pub g: Option<f64>,
}

/// What a network is worth on examples that it does not learn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Try {
    /// The step after which it was tried.
    pub s: u64,
    /// The loss.
    #[serde(with = "number")]
    pub loss: f64,
    /// The share of right predictions; none for numbers.
    #[serde(default, with = "number::maybe", skip_serializing_if = "Option::is_none")]
    pub acc: Option<f64>,
}

/// A broken rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// The step.
    pub s: u64,
    /// The rule's name.
    pub rule: String,
    /// The layer, or what else it is about.
    pub at: String,
    /// The number.
    #[serde(with = "number")]
    pub x: f64,
    /// The threshold that it passed.
    #[serde(with = "number")]
    pub thr: f64,
}

/// What is born.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// No number.
    Nan,
    /// An infinity.
    Inf,
}

/// The first gate whose inputs are finite and whose result is not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Birth {
    /// The step.
    pub s: u64,
    /// The pass in which it happened.
    pub pass: Pass,
    /// The gate that gave it.
    pub gate: u32,
    /// That gate's name.
    pub op: String,
    /// What it gave.
    pub kind: Kind,
    /// The element of the gate's result, where it is an array.
    #[serde(default)]
    pub at: Vec<usize>,
    /// The gate's inputs.
    #[serde(rename = "in")]
    pub inputs: Vec<Operand>,
    /// In the backward pass the forward gate whose gradient it was, else the gate itself.
    pub of: u32,
    /// That gate's name.
    pub of_op: String,
    /// That gate's inputs.
    pub of_in: Vec<Operand>,
    /// That gate's local gradient for each input at this element; only element-wise gates have one.
    #[serde(default, with = "number::list")]
    pub local: Vec<f64>,
    /// The gradient that arrived at that gate, at this element; in the forward pass none has yet.
    #[serde(default, with = "number::maybe", skip_serializing_if = "Option::is_none")]
    pub up: Option<f64>,
    /// How it went on to the loss, or to the weights.
    #[serde(default)]
    pub path: Vec<PathGate>,
    /// The module.
    #[serde(default)]
    pub module: String,
    /// The line, or the column of the formula.
    #[serde(default)]
    pub src: String,
    /// Gates with circuits around it, the outermost first, each with the turn in which it happened: `scan, turn 3`.
    #[serde(default)]
    pub within: Vec<String>,
    /// One thing to try.
    #[serde(default, rename = "try")]
    pub try_this: String,
}

/// An input of a gate: its number at the element, or the range of its numbers where the element is not one of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Operand {
    /// The wire.
    pub w: u32,
    /// Its name, or that of the gate that gives it.
    pub name: String,
    /// The number at the element.
    #[serde(default, with = "number::maybe", skip_serializing_if = "Option::is_none")]
    pub v: Option<f64>,
    /// The least number.
    #[serde(with = "number")]
    pub min: f64,
    /// The largest.
    #[serde(with = "number")]
    pub max: f64,
}

/// A gate on the way of a NaN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathGate {
    /// The gate.
    pub gate: u32,
    /// Its name.
    pub op: String,
    /// Its module.
    pub module: String,
}

/// How a training ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct End {
    /// The last step.
    pub s: u64,
    /// `done`, `nan` or `interrupted`.
    pub why: String,
}
