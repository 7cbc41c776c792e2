//! What every gate's room states: a struct of facts without `Default`, so that a forgotten rule is a compile error.

use super::{Attrs, Call, Case, Circuit, Kind, Sampler, Wire};
use crate::base::{DType, Element, Shape, Slice, SliceMut, Spec, Strided};
use crate::numeric::{reduce::Reduce, team::Team, tile::Tile};

/// One kind of operation: everything that the passes, the executor, the tests and the documents know of it.
pub struct GateDef {
    /// Its name in texts: lower case, unique.
    pub name: &'static str,
    /// For people.
    pub doc: Doc,
    /// How a formula calls it; `None` for gates that only rules and other functions record.
    pub call: Option<Call>,
    /// How many inputs it takes.
    pub arity: Arity,
    /// Its attributes, in order: the text form prints and parses them.
    pub attrs: &'static [(&'static str, Kind)],
    /// Specs of the outputs from those of the inputs, or what does not fit.
    pub shape: fn(&Attrs, &[Spec]) -> Result<Outputs, Fault>,
    /// What kind of gate it is, with its kernel.
    pub class: Class,
    /// The definition of one element of the output, in f64: slow and obviously right. What the kernel is tested against.
    pub element: fn(&Attrs, &[Plain], &[usize]) -> f64,
    /// How gradients and tangents pass through it.
    pub local: Local,
    /// What the local gradient reads.
    pub reads: Reads,
    /// Records the gate for inputs of which some have a batch axis in front (flags); the outputs all have it.
    pub batch: fn(&Room<'_>, &[bool]) -> Vec<Wire>,
    /// Floating-point operations, from the specs of inputs and outputs.
    pub flops: fn(&Attrs, &[Spec], &[Spec]) -> u64,
    /// When something simpler stands for the gate; mostly empty.
    pub identities: &'static [Identity],
    /// A random valid case for the tests, at a point where the gate is smooth.
    pub sample: fn(&mut Sampler) -> Case,
}

/// How many inputs a gate takes. Shape rules are asked only with as many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arity {
    /// So many.
    Exactly(usize),
    /// At least so many.
    AtLeast(usize),
}

impl Arity {
    /// Whether so many inputs will do.
    pub fn fits(self, inputs: usize) -> bool {
        match self {
            Arity::Exactly(n) => inputs == n,
            Arity::AtLeast(n) => inputs >= n,
        }
    }
}

impl std::fmt::Display for Arity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Arity::Exactly(n) => write!(f, "{n}"),
            Arity::AtLeast(n) => write!(f, "at least {n}"),
        }
    }
}

/// A law of a gate, as plain data: where `when` holds, `then` stands for the output. It changes no bit of any result,
/// whatever the numbers are, but sign and payload of a NaN; the harness tries it on NaN, infinities, zeros of both
/// signs and subnormals.
#[derive(Clone, Copy)]
pub struct Identity {
    /// The law as people write it.
    pub law: &'static str,
    /// What must be seen in the circuit.
    pub when: When,
    /// What stands for the gate then.
    pub then: Then,
    /// Kinds of number (those of the last input) for which it is stated.
    pub on: fn(DType) -> bool,
    /// Why it holds for NaN, infinities and -0, or for integers that wrap.
    pub verdict: &'static str,
}

/// What an identity asks of the circuit.
#[derive(Clone, Copy)]
pub enum When {
    /// Always.
    Always,
    /// Every element of this input is known to be this number, to the bit.
    Is(usize, f64),
    /// These two inputs are one wire.
    Same(usize, usize),
    /// The first input comes from the gate itself, as in -(-x).
    Twice,
    /// The output has shape and dtype of the first input.
    Idle,
    /// The output has as many elements as the first input, and its dtype.
    Single,
    /// The attributes are such, for a first input of this spec.
    Attrs(fn(&Attrs, Spec) -> bool),
}

/// What stands for a gate.
#[derive(Clone, Copy)]
pub enum Then {
    /// An input.
    Input(usize),
    /// The first input of the gate that the first input comes from; for [`When::Twice`].
    Inner,
    /// The gate itself on that inner input, with attributes made of its own and the inner ones, where that can be said.
    Joined(fn(&Attrs, &Attrs) -> Option<Attrs>),
    /// The first input's elements in the output's shape.
    Reshaped,
    /// This number everywhere.
    Number(f64),
    /// The gate itself with its two inputs in the other order: so that both orders are found to be the same.
    Swapped,
}

impl Identity {
    /// An identity for every kind of number.
    pub const fn any(law: &'static str, when: When, then: Then, verdict: &'static str) -> Identity {
        Identity { law, when, then, on: |_| true, verdict }
    }

    /// An identity of floats.
    pub const fn floats(law: &'static str, when: When, then: Then, verdict: &'static str) -> Identity {
        Identity { law, when, then, on: DType::is_float, verdict }
    }

    /// An identity of integers and truth values alone.
    pub const fn exact(law: &'static str, when: When, then: Then, verdict: &'static str) -> Identity {
        Identity { law, when, then, on: |dtype| !dtype.is_float(), verdict }
    }
}

/// The documentation of a gate or function. Empty fields are left out when it is printed.
#[derive(Clone, Copy)]
pub struct Doc {
    /// One sentence.
    pub summary: &'static str,
    /// The output in terms of the inputs.
    pub formula: &'static str,
    /// The local gradient.
    pub local: &'static str,
    /// Where it breaks or is not smooth, and what was chosen there.
    pub kinks: &'static str,
    /// Where formula or algorithm come from.
    pub source: &'static str,
}

/// Specs of a gate's outputs.
#[derive(Clone, Debug, PartialEq)]
pub enum Outputs {
    /// One output, as all gates have but control.
    One(Spec),
    /// Several.
    Many(Vec<Spec>),
}

/// What does not fit, found by a shape rule; the builder adds the place and the gate.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What is, with both values.
    pub what: String,
    /// What to do; may be empty.
    pub hint: String,
}

impl Fault {
    /// A fault.
    pub fn new(what: impl Into<String>, hint: impl Into<String>) -> Fault {
        Fault { what: what.into(), hint: hint.into() }
    }
}

/// One input of a kernel.
#[derive(Clone, Copy, Debug)]
pub struct Operand<'a> {
    /// Its shape.
    pub shape: Shape,
    /// Where its numbers are in `data`: in a row, but for a gate that reads other views.
    pub view: Strided,
    /// Its numbers, from the first to the last.
    pub data: Slice<'a>,
}

impl<'a> Operand<'a> {
    /// The numbers, whose type the shape rule has fixed.
    #[track_caller]
    pub fn typed<T: Element>(&self) -> &'a [T] {
        self.data.typed()
    }
}

/// What a kernel works on. The output's numbers are stale: a kernel writes every one.
pub struct Job<'a> {
    /// Attributes of the gate.
    pub attrs: &'a Attrs,
    /// Inputs, in order.
    pub inputs: &'a [Operand<'a>],
    /// Shape of the output.
    pub shape: Shape,
    /// Where the output goes.
    pub output: SliceMut<'a>,
    /// Who can help. The output depends on inputs and attributes alone, whoever does.
    pub team: Team,
}

impl<'a> Job<'a> {
    /// The output's numbers, whose type the shape rule has fixed, beside the inputs.
    #[track_caller]
    pub fn output<T: Element>(&mut self) -> &mut [T] {
        T::slice_mut(self.output.reborrow()).expect("the output's dtype is fixed by the shape rule")
    }
}

/// Computes one output from its inputs.
pub type Kernel = fn(&mut Job<'_>);

/// The kernel of an element-wise gate for inputs of these dtypes.
pub type Tiles = fn(&Attrs, &[DType]) -> Tile;

/// The places that a gate's output of this shape takes, from those of its input; `None` where no strides can say that.
/// Then the executor copies the input first: of a whole array every view gate can say it.
pub type View = fn(&Attrs, Shape, Strided) -> Option<Strided>;

/// What kind of gate it is. Passes match on this, never on a gate. The list is closed.
#[derive(Clone, Copy)]
pub enum Class {
    /// An input of the circuit: no kernel, its numbers come from outside.
    Input,
    /// Numbers that are part of the circuit, in the attribute `value`.
    Constant,
    /// Numbers from nothing: iota, basis, random.
    Source(Kernel),
    /// Element by element; all inputs have the output's shape.
    Elementwise(Tiles),
    /// Axes are folded away. Says by which fold, where it is one of those that the executor can join to what feeds it.
    Reduce(Kernel, Option<Reduce>),
    /// Running folds along an axis, sorting.
    Cumulate(Kernel),
    /// Matrix product of the last two axes of two inputs, after equal batch axes.
    Product,
    /// Other products summed over axes: convolution, triangular solves. Says which views of its inputs the kernel reads where
    /// they lie (their strides are not negative), and how many operations it does where those are fewer than the formula has.
    Contract(Kernel, fn(&Strided) -> bool, Option<Fewest>),
    /// The same elements seen in another order: nothing is computed, and often nothing copied.
    View(View),
    /// Elements change places.
    Move(Kernel),
    /// Elements are picked or added by computed indices.
    Index(Kernel),
    /// Sliding windows.
    Window(Kernel),
    /// Holds circuits; the executor runs them.
    Control(Control),
}

/// Operations that a kernel does, by the attributes and the specs of the inputs.
pub type Fewest = fn(&Attrs, &[Spec]) -> u64;

/// The ways in which inner circuits run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Control {
    /// `circuit` once.
    Call,
    /// `circuit` for each of `length` steps.
    Scan,
    /// `body` as long as `test` says true.
    While,
    /// `yes` or `no`, by the first input.
    Cond,
}

impl Class {
    /// The kernel of gates that the executor runs one at a time, over whole arrays.
    pub fn kernel(self) -> Option<Kernel> {
        match self {
            Class::Source(k) | Class::Reduce(k, _) | Class::Cumulate(k) | Class::Contract(k, ..) => Some(k),
            Class::Move(k) | Class::Index(k) | Class::Window(k) => Some(k),
            Class::Input | Class::Constant | Class::Control(_) => None,
            Class::Elementwise(_) | Class::Product | Class::View(_) => None,
        }
    }

    /// The name in the catalogue.
    pub fn name(self) -> &'static str {
        match self {
            Class::Input | Class::Constant | Class::Source(_) => "source",
            Class::Elementwise(_) => "element-wise",
            Class::Reduce(..) => "reduce",
            Class::Cumulate(_) => "cumulate",
            Class::Product | Class::Contract(..) => "contract",
            Class::View(_) | Class::Move(_) => "move",
            Class::Index(_) => "index",
            Class::Window(_) => "window",
            Class::Control(_) => "control",
        }
    }
}

/// The vjp of a gate: upstreams, one an output, and which inputs want theirs; gives what is passed back to each input.
pub type Vjp = fn(&Room<'_>, &[Option<Wire>], &[bool]) -> Vec<Option<Wire>>;

/// The jvp of a gate: tangents, one an input (`None` is zero); gives one an output.
pub type Jvp = fn(&Room<'_>, &[Option<Wire>]) -> Vec<Option<Wire>>;

/// How gradients and tangents pass through a gate. The list is closed.
#[derive(Clone, Copy)]
pub enum Local {
    /// Element-wise: the local gradient for one input. Passed back: upstream times local; tangent: local times tangent.
    Partials(fn(&Room<'_>, usize) -> Wire),
    /// Linear in all its float inputs together: the tangent is the gate itself. States what is passed back to one input.
    Linear(fn(&Room<'_>, Wire, usize) -> Wire),
    /// Both rules stated.
    #[allow(missing_docs)]
    Pair { vjp: Vjp, jvp: Jvp },
    /// Zero almost everywhere, said aloud: zeros are passed back, and no tangent goes on.
    Flat,
    /// No gradient passes, by decree: `stop_gradient`.
    Stopped,
}

/// What the local gradient reads, so that the executor can drop the rest early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reads {
    /// Values of the inputs.
    pub inputs: bool,
    /// Values of the outputs.
    pub output: bool,
}

impl Reads {
    /// Reads neither.
    pub const NOTHING: Reads = Reads { inputs: false, output: false };
    /// Reads inputs.
    pub const INPUTS: Reads = Reads { inputs: true, output: false };
    /// Reads the output.
    pub const OUTPUT: Reads = Reads { inputs: false, output: true };
    /// Reads both.
    pub const BOTH: Reads = Reads { inputs: true, output: true };
}

/// What a rule sees of the gate that it is for.
pub struct Room<'a> {
    /// The gate itself.
    pub gate: &'static GateDef,
    /// Its attributes.
    pub attrs: &'a Attrs,
    /// Its inputs.
    pub inputs: &'a [Wire],
    /// Its outputs; none in a batching rule, which has yet to record them.
    pub outputs: &'a [Wire],
    /// The passes, for control gates, whose rules are passes over the circuits they hold.
    pub passes: &'static Passes,
}

impl Room<'_> {
    /// The only output.
    pub fn output(&self) -> Wire {
        self.outputs[0]
    }
}

/// The passes of the floor above, lent to the rules of control gates.
pub struct Passes {
    /// What is passed back to the wires `at` when the upstreams arrive at `outputs`.
    pub vjp: Derivative,
    /// The tangents of `outputs` when `at` have these.
    pub jvp: Derivative,
    /// A circuit recorded for arguments of which some have a batch axis in front; says which outputs have it.
    pub batch: Batch,
}

/// From a circuit and arguments, each with whether it has a batch axis, to outputs, likewise.
pub type Batch = fn(circuit: &Circuit, arguments: &[(Wire, bool)]) -> Vec<(Wire, bool)>;

/// From outputs, the wires to differentiate by, and upstreams or tangents. `None` is zero.
pub type Derivative = fn(outputs: &[Wire], at: &[Wire], moving: &[Option<Wire>]) -> Vec<Option<Wire>>;

/// A tensor as the reference sees it: everything is f64.
#[derive(Clone, Debug, PartialEq)]
pub struct Plain {
    /// Shape and the dtype that it stands for.
    pub spec: Spec,
    /// The numbers, row-major.
    pub data: Vec<f64>,
}

impl Plain {
    /// One element.
    pub fn at(&self, index: &[usize]) -> f64 {
        let flat = index.iter().zip(self.spec.shape.iter()).fold(0, |flat, (&i, d)| flat * d + i);
        self.data[flat]
    }
}
