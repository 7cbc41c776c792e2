//! The arrays of a block as coloured cells.

use super::ask::Ask;
use super::point::Point;
use super::{limits, look};
use crate::scene::{Heat, heat};
use chainrule::Diagnostic;
use serde::Serialize;

/// The arrays of a block's output.
#[derive(Debug, Serialize)]
pub struct Arrays {
    /// The wire.
    pub wire: u32,
    /// Lengths of the axes.
    pub shape: Vec<usize>,
    /// Whether each element can be looked into.
    pub opens: bool,
    value: Heat,
    gradient: Option<Heat>,
}

/// What the block that is asked about gives out.
///
/// # Errors
/// Nothing that is drawn has this id, or no wire leaves it.
pub fn arrays(point: &Point, ask: &Ask) -> Result<Arrays, Diagnostic> {
    let (wire, _) = look::wire_of(point, ask)?;
    let flow = &point.flow.wires[wire as usize];
    Ok(Arrays {
        wire,
        shape: flow.spec.shape.dims(),
        opens: flow.gate == "matmul",
        value: heat(&flow.value, limits::CELLS),
        gradient: flow.upstream.as_ref().map(|upstream| heat(upstream, limits::CELLS)),
    })
}
