//! Puts a scene, whose lengths are columns and rows, on a canvas.

use super::canvas::{Canvas, sign_style};
use anstyle::Style;
use chainrule_explorer::scene::{Block, Kind, Line, Quantity, Scene};

/// The letters of a box: corners from the upper left clockwise, level, upright, ports left and right.
type Walls = [char; 8];
const GATE: Walls = ['┌', '┐', '┘', '└', '─', '│', '┤', '├'];
const STAGE: Walls = ['╔', '╗', '╝', '╚', '═', '║', '╢', '╟'];
const FRAME: Walls = ['┌', '┐', '┘', '└', '╌', '╎', '┼', '┼'];

/// Draws it.
pub fn paint(scene: &Scene) -> Canvas {
    let mut canvas = Canvas::default();
    scene.wires.iter().for_each(|wire| paint_wire(&mut canvas, scene, wire));
    scene.blocks.iter().for_each(|block| paint_block(&mut canvas, block));
    canvas
}

fn paint_block(canvas: &mut Canvas, block: &Block) {
    let (row, column) = (block.y as i32, block.x as usize);
    match block.kind {
        Kind::Output => canvas.text(row, column + 2, &block.label, Style::new().bold()),
        Kind::Input | Kind::Constant => canvas.text(row, column, &block.label, Style::new().bold()),
        Kind::Gate => paint_box(canvas, block, GATE),
        Kind::Stage => paint_box(canvas, block, STAGE),
        Kind::Frame => paint_box(canvas, block, FRAME),
    }
}

fn paint_box(canvas: &mut Canvas, block: &Block, walls: Walls) {
    let [a, b, c, d, level, upright, left, right] = walls;
    let (row, column) = (block.y as i32, block.x as usize);
    let (rows, inside) = (block.h as i32, (block.w as usize).saturating_sub(2));
    let style = if block.kind == Kind::Frame { Style::new().dimmed() } else { Style::new() };
    let line = |from: char, to: char| format!("{from}{}{to}", level.to_string().repeat(inside));
    canvas.text(row, column, &line(a, b), style);
    canvas.text(row + rows - 1, column, &line(d, c), style);
    let is_port =
        |ports: &[chainrule_explorer::scene::Port], line: i32| ports.iter().any(|p| p.y as i32 == row + line);
    for line in 1..rows - 1 {
        let wall = |ports, port: char| if is_port(ports, line) { port } else { upright }.to_string();
        canvas.text(row + line, column, &wall(&block.ins, left), style);
        canvas.text(row + line, column + inside + 1, &wall(&block.outs, right), style);
    }
    if block.kind == Kind::Frame {
        return canvas.text(row, column + 2, &format!(" {} ", block.label), Style::new().bold());
    }
    let text = format!("{:^inside$}", block.label);
    canvas.text(row + (rows - 1) / 2, column + 1, &text, Style::new());
}

fn paint_wire(canvas: &mut Canvas, scene: &Scene, wire: &Line) {
    // A wire begins and ends on walls: right ones are a column before where the box ends.
    let is_box = |b: &Block| !matches!(b.kind, Kind::Input | Kind::Constant | Kind::Output);
    let right_wall =
        |id: &str, x: f64| scene.blocks.iter().any(|b| b.id == id && is_box(b) && b.x + b.w == x);
    let net = wire.wire as usize;
    for piece in &wire.pieces {
        let mut points: Vec<(i32, i32)> = piece.points.iter().map(|p| (p.0 as i32, p.1 as i32)).collect();
        let first = piece.points.first().map_or(0.0, |p| p.0);
        if let Some(point) = points.first_mut().filter(|_| right_wall(&wire.from, first)) {
            point.0 -= 1;
        }
        let last = piece.points.last().map_or(0.0, |p| p.0);
        let ends = piece.ends.iter().filter(|_| piece.is_end).filter_map(|&end| wire.to.get(end));
        if let Some(point) = points.last_mut().filter(|_| ends.clone().any(|(id, _)| right_wall(id, last))) {
            point.0 -= 1;
        }
        for pair in points.windows(2) {
            let ((x, y), (u, v)) = (pair[0], pair[1]);
            if y == v {
                canvas.along(net, y, x.min(u) as usize, x.max(u) as usize);
            } else {
                canvas.down(net, x as usize, y.min(v), y.max(v));
            }
        }
    }
    if let Some(place) = &wire.place {
        let mut label = |row: f64, quantity: &Option<Quantity>| {
            if let Some(quantity) = quantity {
                let sign = quantity.raw.first().copied().filter(|_| quantity.shape.is_empty());
                canvas.text(row as i32, place.x as usize, &quantity.text, sign_style(sign));
            }
        };
        label(place.value_y, &wire.value);
        label(place.gradient_y, &wire.gradient);
    }
}
