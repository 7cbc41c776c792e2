//! Puts a layout on a canvas.

use super::canvas::{Canvas, sign_style};
use super::layout::{Item, Layout, offsets};
use super::route::{Net, route};
use super::sketch::{Figure, Kind, Port};
use anstyle::Style;

/// Columns of one layer and of the wires to its right.
struct Columns {
    /// Where boxes begin.
    boxes: usize,
    /// Just behind their right wall: where wires begin.
    wires: usize,
    /// The first vertical part of a wire.
    bends: usize,
}

/// Draws it; none where wires can't be led.
pub fn paint(figures: &[Figure], layout: &Layout) -> Option<Canvas> {
    let mut canvas = Canvas::default();
    let mut left = 0;
    for (at, layer) in layout.layers.iter().enumerate() {
        let columns = columns(figures, layer, left);
        for item in layer.iter().filter(|i| !i.passes) {
            paint_figure(&mut canvas, &figures[item.figure], item, &columns);
        }
        let Some(next) = layout.layers.get(at + 1) else { break };
        let (nets, bends) = route(layer, next)?;
        left = columns.bends + 2 * bends;
        let ends = left + literals(figures, next);
        for net in &nets {
            paint_net(&mut canvas, figures, layer, next, net, (&columns, ends));
        }
        for item in layer.iter().filter(|i| i.passes) {
            canvas.along(item.figure, item.row, columns.boxes.saturating_sub(1), columns.wires);
        }
    }
    Some(canvas)
}

/// Room for the literals before the boxes of a layer.
fn literals(figures: &[Figure], layer: &[Item]) -> usize {
    let boxes = layer.iter().filter(|i| !i.passes).map(|i| &figures[i.figure]);
    let texts =
        boxes.flat_map(|f| &f.ports).filter_map(|p| if let Port::Literal(t) = p { Some(t) } else { None });
    texts.map(|t| t.chars().count() + 1).max().unwrap_or(0)
}

fn width(text: &str) -> usize {
    text.chars().count()
}

fn columns(figures: &[Figure], layer: &[Item], left: usize) -> Columns {
    let shown = || layer.iter().filter(|i| !i.passes).map(|i| &figures[i.figure]);
    let wall = |f: &Figure| if f.kind == Kind::Gate { width(&f.text) + 4 } else { width(&f.text) + 1 };
    let boxes = left + literals(figures, layer);
    let wires = boxes + shown().map(wall).max().unwrap_or(1);
    let label = shown().map(|f| width(&f.value.text).max(width(&f.gradient.text))).max().unwrap_or(0);
    Columns { boxes, wires, bends: wires + label + 2 }
}

fn paint_figure(canvas: &mut Canvas, figure: &Figure, item: &Item, columns: &Columns) {
    let (row, plain) = (item.row, Style::new());
    let right = columns.wires - 1;
    match figure.kind {
        Kind::Output => canvas.text(row, columns.boxes + 1, &figure.text, Style::new().bold()),
        // Names stand right against their wires.
        Kind::Input => canvas.text(row, right - width(&figure.text), &figure.text, Style::new().bold()),
        Kind::Gate => {
            let offsets = offsets(figure.ports.len());
            let half = offsets.last().copied().unwrap_or(0);
            let inside = right - columns.boxes - 1;
            canvas.text(row - half - 1, columns.boxes, &format!("┌{}┐", "─".repeat(inside)), plain);
            for line in -half..=half {
                let port = if offsets.contains(&line) { "┤" } else { "│" };
                let wall = if line == 0 { "├" } else { "│" };
                let text = if line == 0 { figure.text.as_str() } else { "" };
                canvas.text(row + line, columns.boxes, &format!("{port}{text:^inside$}{wall}"), plain);
            }
            canvas.text(row + half + 1, columns.boxes, &format!("└{}┘", "─".repeat(inside)), plain);
            for (port, offset) in figure.ports.iter().zip(offsets) {
                if let Port::Literal(text) = port {
                    let from = columns.boxes.saturating_sub(width(text) + 1);
                    canvas.text(row + offset, from, text, plain);
                }
            }
        }
    }
    canvas.text(row - 1, columns.wires + 1, &figure.value.text, sign_style(figure.value.sign));
    canvas.text(row + 1, columns.wires + 1, &figure.gradient.text, sign_style(figure.gradient.sign).italic());
}

/// One wire, from the layer to the walls of the boxes in the next one.
fn paint_net(
    canvas: &mut Canvas,
    figures: &[Figure],
    layer: &[Item],
    next: &[Item],
    net: &Net,
    (columns, boxes): (&Columns, usize),
) {
    let id = layer[net.source].figure;
    let bend = net.column.map_or(boxes, |column| columns.bends + 2 * column);
    canvas.along(id, net.row, columns.wires, if net.column.is_some() { bend } else { boxes - 1 });
    for item in next {
        for &(_, offset) in item.sources.iter().filter(|(s, _)| *s == net.source) {
            let row = item.row + offset;
            let end =
                if figures[item.figure].kind == Kind::Output && !item.passes { boxes } else { boxes - 1 };
            canvas.along(id, row, bend.min(end), end);
            canvas.down(id, bend.min(end), net.row.min(row), net.row.max(row));
        }
    }
}
