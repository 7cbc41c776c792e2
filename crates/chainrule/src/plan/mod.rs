//! Floor 4: a circuit becomes a plan: steps in order, each with its kernels and its places in memory. Plain data.
//!
//! The way there: `lower` decides which gates share a step, `order` when each step runs, `sweep` and `scalars` write out the two kinds of fused steps,
//! `memory` gives every value its place.

mod coded;
mod control;
mod deferred;
mod emit;
mod lower;
mod machine;
mod memory;
mod order;
mod overwrite;
mod product;
mod recompute;
mod report;
mod scalars;
mod strips;
mod sweep;
mod text;
mod turned;

pub use control::ControlStep;
pub use machine::Machine;
pub use overwrite::Overwrites;
pub use report::{Beside, PlanReport, StepReport, Times};
pub use scalars::{Form, Run, Scalars};
pub use strips::{MOST as MOST_STRIPS, Part, Strips};
pub use sweep::{Level, Op, Sink, Sweep};
pub use text::Cost;

use crate::base::{DType, Spec, Strided, Tensor};
use crate::circuit::{Attrs, Circuit, Kernel};

/// A finished program.
pub struct Plan {
    /// What comes in.
    pub inputs: Vec<Spec>,
    /// What goes out.
    pub outputs: Vec<Spec>,
    /// Numbers that are part of the program.
    pub constants: Vec<Tensor>,
    /// Every array that a step reads or writes, with its place.
    pub values: Vec<Value>,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// Steps that do not run one after the other but in turns, in order.
    pub strips: Vec<Strips>,
    /// Which outputs may be written over which inputs.
    pub overwrites: Overwrites,
    /// Bytes of the arena, which holds all intermediate values, those of loops and branches included.
    pub arena: usize,
    /// The most ports that a sweep has: room for their addresses.
    pub ports: usize,
}

/// An array in memory.
#[derive(Clone, Copy, Debug)]
pub struct Value {
    /// Where it is.
    pub place: Place,
    /// How many bytes it takes.
    pub bytes: usize,
}

/// Where an array is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// So many bytes into the arena.
    Arena(usize),
    /// An input of the program.
    Input(u32),
    /// A constant of the program.
    Constant(u32),
    /// An output of the program: what is computed there needs no copy.
    Output(u32),
}

/// Which value of a plan.
pub type ValueId = u32;

/// Elements of a value, seen through strides.
#[derive(Clone, Copy, Debug)]
pub struct Array {
    /// The value.
    pub value: ValueId,
    /// Its elements' places.
    pub view: Strided,
    /// Kind of number.
    pub dtype: DType,
}

/// One step.
pub enum Step {
    /// Element-wise gates, and the reductions at their edge, tile by tile in one pass over memory.
    Sweep(Sweep),
    /// Gates over single numbers.
    Scalars(Scalars),
    /// A matrix product.
    Product(Product),
    /// Elements brought into another order.
    Copy(Copied),
    /// One gate over whole arrays.
    Kernel(KernelStep),
    /// Runs inner plans.
    Control(Box<ControlStep>),
}

/// C[.., i, j] = sum over k of A[.., i, k] B[.., k, j]. Strides are in elements.
pub struct Product {
    /// Kind of number.
    pub dtype: DType,
    /// Rows of A and C.
    pub m: usize,
    /// Columns of A, rows of B.
    pub k: usize,
    /// Columns of B and C.
    pub n: usize,
    /// Left.
    pub a: Factor,
    /// Right.
    pub b: Factor,
    /// Axes of the batch: length, and how far A and B move on.
    pub batch: Vec<(usize, [usize; 2])>,
    /// Whether the products of the batch are added up.
    pub is_sum: bool,
    /// Row-major, one product after the other.
    pub output: ValueId,
    /// Where B lies in the order in which the kernel reads it, in loops that do not change it. Nothing else lies there while
    /// the loop runs.
    pub ready: Option<ValueId>,
}

/// One side of a product.
#[derive(Clone, Copy, Debug)]
pub struct Factor {
    /// Where it is.
    pub value: ValueId,
    /// Its first element there.
    pub offset: usize,
    /// From one row to the next.
    pub row: usize,
    /// From one column to the next.
    pub col: usize,
}

/// A copy of a strided array to a row-major one.
pub struct Copied {
    /// What is read.
    pub from: Array,
    /// Where it goes.
    pub to: ValueId,
}

/// One gate.
pub struct KernelStep {
    /// The gate's name.
    pub gate: &'static str,
    /// Its kernel.
    pub kernel: Kernel,
    /// Its attributes.
    pub attrs: Attrs,
    /// Its inputs: contiguous, or views that it reads where they lie.
    pub inputs: Vec<Array>,
    /// Where the output goes.
    pub output: ValueId,
    /// What the output is.
    pub spec: Spec,
    /// Floating-point operations, as the room counts them.
    pub flops: u64,
    /// Those that the kernel does at least.
    pub fewest: u64,
    /// Bytes that it reads at least.
    pub read: u64,
}

/// Bytes of memory that a compiled function uses, with any number of threads. They are exact: no array is made while it runs.
/// Matrix products and convolutions pack what they read into a small buffer of the thread besides, which all functions share,
/// and threads that help have their registers there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// The inputs, which the caller holds.
    pub inputs: usize,
    /// The outputs: those of `run_into` are the caller's. A `step` writes the next state over the state where it can; see
    /// `Function::step_memory`.
    pub outputs: usize,
    /// Constants of the program.
    pub constants: usize,
    /// Intermediate values, those of loops and branches included; kept from call to call, one for each call at a time.
    pub arena: usize,
}

impl Memory {
    /// All of it.
    pub fn total(&self) -> usize {
        self.inputs + self.outputs + self.constants + self.arena
    }
}

impl Plan {
    /// Lays out the live gates of a circuit.
    pub fn new(circuit: &Circuit) -> Plan {
        recompute::plain(circuit)
    }

    /// The plan that keeps nothing that is cheap to have again, however small it is.
    #[cfg(test)]
    pub fn frugal(circuit: &Circuit) -> Plan {
        recompute::frugal(circuit, 0, 0)
    }

    /// The same in an arena of at most so many bytes, where some gates run twice; or the fewest bytes that were reached.
    pub fn within(circuit: &Circuit, limit: usize) -> Result<Plan, usize> {
        recompute::within(circuit, limit)
    }

    /// The plan that keeps as little as it can, however small the values are.
    #[cfg(test)]
    pub fn smallest(circuit: &Circuit) -> Plan {
        recompute::smallest(circuit)
    }

    /// The plan in which every gate has a step of its own.
    #[cfg(test)]
    pub fn unfused(circuit: &Circuit) -> Plan {
        let sharing = lower::Sharing { steps: false, places: true };
        lower::lower_by(circuit, &circuit.outputs, &[], sharing).0
    }

    /// The plan in which no two values share a place.
    #[cfg(test)]
    pub fn roomy(circuit: &Circuit) -> Plan {
        let sharing = lower::Sharing { steps: true, places: false };
        lower::lower_by(circuit, &circuit.outputs, &[], sharing).0
    }

    /// What a run needs.
    pub fn memory(&self) -> Memory {
        let bytes = |specs: &[Spec]| specs.iter().map(|&spec| emit::bytes(spec)).sum();
        let constants = self.constants.iter().map(|tensor| emit::bytes(tensor.spec())).sum();
        Memory { inputs: bytes(&self.inputs), outputs: bytes(&self.outputs), constants, arena: self.arena }
    }
}

impl Array {
    /// What it is.
    pub fn spec(&self) -> Spec {
        Spec { shape: self.view.shape, dtype: self.dtype }
    }
}
