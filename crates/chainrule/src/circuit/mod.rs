//! Floor 1: wires, gates, circuits, the builders that record them, and their text form. Names no gate.

mod attrs;
mod builder;
mod call;
mod gate;
mod graph;
mod inside;
mod notes;
mod parse;
mod part;
mod record;
mod sample;
mod text;
mod tree;
mod wire;

pub use attrs::{Attr, Attrs, Kind};
pub use builder::{Traced, at_site, composed, inner, literal_attrs, name, outermost, part, source, stage};
pub use call::{Arg, Args, Call, FunctionDef};
pub use gate::{
    Arity, Class, Control, Doc, Fault, GateDef, Identity, Job, Kernel, Local, Operand, Outputs, Passes,
    Plain, Reads, Room, Then, Tiles, View, When,
};
pub use graph::{Circuit, Node, Stage};
pub use inside::Inside;
pub use notes::{PassedBack, PassedWithin, close, note, note_gradient, note_within, noted, recorded};
pub use part::inline_between;
pub use record::{OpenNode, caller_site, gate_of, inline, mistake, open_node, record, record_many, resolve};
pub use sample::{Case, Sampler};
pub use tree::{Leaf, Path, Tree, Wires};
pub use wire::Wire;

/// What the adjoint needs to follow a gradient out of an inner circuit that is still open.
pub(crate) mod levels {
    pub use super::builder::{captures_of, level_of, with_circuit};
}
