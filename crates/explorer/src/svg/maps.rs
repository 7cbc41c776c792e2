//! Small pictures of the arrays on wires, with as many cells as there is room for: what is above 0 is blue, below it orange, and
//! the further from 0 the stronger.

use super::draw::short;
use super::{escape, line};
use crate::scene::{Direction, Heat, Line, MAP};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Side of a cell, px, where there are few.
const CELL: f64 = 9.0;
/// Shades of each sign.
const SHADES: f64 = 6.0;
/// From the foot of a text to a picture above it, and below it; and between two pictures.
const ABOVE: f64 = 14.0;
const BELOW: f64 = 6.0;

/// The value of a wire that carries an array: above its number, or from top to bottom below both.
pub fn value(svg: &mut String, wire: &Line, direction: Direction) {
    let (Some(maps), Some(place)) = (&wire.maps, &wire.place) else { return };
    line(svg, format_args!("<g id=\"{}-m\">", escape(&wire.id)));
    match direction {
        Direction::Lr => {
            let height = maps.value.rows as f64 * side(&maps.value);
            map(svg, &maps.value, (place.x, place.value_y - ABOVE - height));
        }
        Direction::Tb => map(svg, &maps.value, (place.x, place.gradient_y + BELOW)),
    }
    line(svg, format_args!("</g>"));
}

/// Its gradient: below the number, or beside the value.
pub fn gradient(svg: &mut String, wire: &Line, direction: Direction) {
    let (Some(maps), Some(place)) = (&wire.maps, &wire.place) else { return };
    let beside = if direction == Direction::Tb { MAP + BELOW } else { 0.0 };
    if let Some(heat) = &maps.gradient {
        map(svg, heat, (place.x + beside, place.gradient_y + BELOW));
    }
}

fn side(heat: &Heat) -> f64 {
    (MAP / heat.rows.max(1) as f64).min(MAP / heat.columns.max(1) as f64).min(CELL)
}

/// A ground of zeros with a frame, and on it a path for each shade.
fn map(svg: &mut String, heat: &Heat, (x, y): (f64, f64)) {
    let side = side(heat);
    let mut shades: BTreeMap<Option<i8>, String> = BTreeMap::new();
    for (at, cell) in heat.cells.iter().enumerate() {
        let part = if heat.scale > 0.0 { (cell / heat.scale).clamp(-1.0, 1.0) } else { 0.0 };
        let shade = cell.is_finite().then(|| (part * SHADES).round() as i8);
        let (column, row) = ((at % heat.columns) as f64, (at / heat.columns) as f64);
        let path = shades.entry(shade).or_default();
        let corner = (short(x + column * side), short(y + row * side));
        _ = write!(path, "M{} {}h{2}v{2}h-{2}z", corner.0, corner.1, short(side));
    }
    let (width, height) = (short(heat.columns as f64 * side), short(heat.rows as f64 * side));
    line(
        svg,
        format_args!(
            "<rect class=\"map\" x=\"{}\" y=\"{}\" width=\"{width}\" height=\"{height}\"/>",
            short(x),
            short(y)
        ),
    );
    for (shade, path) in shades {
        let (class, opacity) = match shade {
            Some(0) => continue,
            Some(shade) if shade > 0 => ("more", f64::from(shade) / SHADES),
            Some(shade) => ("less", f64::from(-shade) / SHADES),
            None => ("odd", 1.0),
        };
        line(
            svg,
            format_args!("<path class=\"cell {class}\" fill-opacity=\"{}\" d=\"{path}\"/>", short(opacity)),
        );
    }
}
