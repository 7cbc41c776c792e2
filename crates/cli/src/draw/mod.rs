//! A small circuit drawn in the terminal: gates as boxes from left to right, on each wire its value above and its gradient
//! below.

mod canvas;
mod layout;
mod paint;
mod route;
mod sketch;

use chainrule::Flow;

/// Taller drawings do not fit on a screen.
const ROWS: usize = 48;

/// The drawing, with codes for colours, in at most this many columns; none if it does not fit. Stages are drawn opened if
/// there is room, else as one box each.
pub fn draw(flow: &Flow, columns: usize) -> Option<String> {
    [true, false].into_iter().find_map(|opened| {
        let sketch = sketch::sketch(flow, opened)?;
        let layout = layout::arrange(&sketch);
        paint::paint(&sketch, &layout)
            .filter(|canvas| canvas.fits(columns, ROWS))
            .map(|canvas| canvas.to_string())
    })
}
