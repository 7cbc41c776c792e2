//! A small circuit drawn in the terminal: gates as boxes from left to right, on each wire its value above and its gradient
//! below. Places are those of the explorer's layout, in columns and rows.

mod canvas;
mod paint;

use chainrule::{Circuit, Flow};
use chainrule_explorer::scene::{View, scene};

/// Taller drawings do not fit on a screen.
const ROWS: usize = 48;
/// More boxes than this are no small circuit.
const BOXES: usize = 60;
/// Deeper stages than anyone writes.
const ALL: usize = 100;

/// The drawing, with codes for colours, in at most this many columns; none if it does not fit. Stages are drawn opened if
/// there is room, else as one box each.
pub fn draw(circuit: &Circuit, flow: &Flow, columns: usize) -> Option<String> {
    (0..=2).rev().find_map(|depth| {
        let depth = if depth == 2 { ALL } else { depth };
        let view = View { depth, cells: true, most: BOXES, ..View::default() };
        let canvas = paint::paint(&scene(circuit, Some(flow), &view).ok()?);
        canvas.fits(columns, ROWS).then(|| canvas.to_string())
    })
}
