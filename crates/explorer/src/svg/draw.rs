//! Boxes, wires and numbers.

use super::{escape, line, maps};
use crate::layout::text::width;
use crate::scene::{Block, Direction, Kind, Line, Quantity, Sign, label_size};

/// Radius of the bends of wires.
const BEND: f64 = 6.0;
/// Width of wires that carry no gradient.
const PLAIN: f64 = 1.4;
const BOX: f64 = 15.0;
const LABEL: f64 = 12.5;
const BRANCH: f64 = 11.0;

/// The class that gives a number its colour.
pub fn class(quantity: Option<&Quantity>) -> &'static str {
    match quantity {
        None => "",
        Some(q) if q.special.is_some() => " alarm",
        Some(q) if q.zero => " zero",
        Some(q) => match q.sign {
            Sign::Plus => " plus",
            Sign::Minus => " minus",
            Sign::Zero => " zero",
            Sign::Mixed => "",
        },
    }
}

/// A text that takes just this width in every font.
pub fn text(svg: &mut String, class: &str, id: &str, (x, y): (f64, f64), size: f64, text: &str) {
    let length = width(text, size);
    let id = if id.is_empty() { String::new() } else { format!(" id=\"{}\"", escape(id)) };
    line(
        svg,
        format_args!(
            "<text{id} class=\"{class}\" x=\"{}\" y=\"{}\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\">{}</text>",
            short(x),
            short(y),
            short(length),
            escape(text)
        ),
    );
}

/// A number with at most two decimals.
pub fn short(x: f64) -> String {
    let text = format!("{x:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_string() } else { text.to_string() }
}

fn rect(svg: &mut String, class: &str, (x, y): (f64, f64), (w, h): (f64, f64), radius: f64) {
    line(
        svg,
        format_args!(
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>",
            short(x),
            short(y),
            short(w),
            short(h),
            short(radius)
        ),
    );
}

/// The ground and the title of an open stage.
pub fn frame(svg: &mut String, block: &Block) {
    line(svg, format_args!("<g id=\"{}-frame\">", escape(&block.id)));
    rect(svg, "box frame", (block.x, block.y), (block.w, block.h), 10.0);
    let at = (block.x + 12.0, block.y + 17.0);
    text(svg, "title", &format!("{}-title", block.id), at, LABEL, &block.label);
    // Its own local gradient, where it has one and there is room beside the name.
    if let [check] = &block.card.checks[..] {
        let words = format!("local gradient {}", check.local.text);
        let x = at.0 + width(&block.label, LABEL) + 12.0;
        if x + width(&words, BRANCH) + 8.0 < block.x + block.w {
            text(svg, "note", &format!("{}-local", block.id), (x, at.1), BRANCH, &words);
        }
    }
    line(svg, format_args!("</g>"));
}

/// A box with its texts.
pub fn block(svg: &mut String, block: &Block) {
    let (corner, size) = ((block.x, block.y), (block.w, block.h));
    let off = if block.on_gradient_path { "" } else { " off" };
    match block.kind {
        Kind::Output => {}
        Kind::Input | Kind::Constant => {
            rect(svg, &format!("box input{off}"), corner, size, block.h.min(26.0) / 2.0)
        }
        Kind::Stage => {
            rect(svg, &format!("box stage{off}"), corner, size, 9.0);
            rect(svg, "inset", (corner.0 + 3.0, corner.1 + 3.0), (size.0 - 6.0, size.1 - 6.0), 6.5);
        }
        _ => rect(svg, &format!("box{off}"), corner, size, 9.0),
    }
    let middle = (block.x + block.w / 2.0, block.y + block.h / 2.0);
    let size = label_size(&block.label);
    let class = if size > BOX { "label sign" } else { "label" };
    let down = if block.detail.is_some() { -2.0 } else { size / 3.0 };
    text(svg, class, "", (middle.0, middle.1 + down), size, &block.label);
    if let Some(detail) = &block.detail {
        text(svg, "detail", "", (middle.0, middle.1 + 13.0), 10.5, detail);
    }
}

/// The stretches of a wire, their arrow heads, and the dots.
pub fn wire(svg: &mut String, wire: &Line) {
    line(svg, format_args!("<g id=\"{}\">", escape(&wire.id)));
    let is_sick = wire.value.as_ref().is_some_and(|v| v.special.is_some());
    for (number, piece) in wire.pieces.iter().enumerate() {
        let class = if is_sick { " alarm" } else { class(piece.gradient.as_ref()) };
        let thick = piece.gradient.as_ref().map_or(PLAIN, |g| if g.zero { PLAIN } else { g.thickness });
        let mut points = piece.points.clone();
        let head = if piece.is_end && points.len() > 1 { head(&mut points, thick) } else { None };
        let path = path(&points);
        line(
            svg,
            format_args!(
                "<path id=\"{}-p{number}\" class=\"wire{class}\" stroke-width=\"{}\" d=\"{path}\"/>",
                escape(&wire.id),
                short(thick)
            ),
        );
        if class == " alarm" {
            line(
                svg,
                format_args!(
                    "<path class=\"wire hatch\" stroke-width=\"{}\" d=\"{path}\"/>",
                    short(thick / 2.0)
                ),
            );
        }
        if let Some(head) = head {
            line(svg, format_args!("<path class=\"head fill{class}\" d=\"{head}\"/>"));
        }
    }
    let class = class(wire.gradient.as_ref());
    let radius = 3.0 + wire.gradient.as_ref().map_or(0.5, |g| g.thickness / 2.0);
    for (x, y) in &wire.dots {
        line(
            svg,
            format_args!(
                "<circle class=\"dot fill{class}\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>",
                short(*x),
                short(*y),
                short(radius)
            ),
        );
    }
    line(svg, format_args!("</g>"));
}

/// An arrow head at the end of a way, which it makes shorter.
fn head(points: &mut [(f64, f64)], thick: f64) -> Option<String> {
    let [.., before, end] = points else { return None };
    let (dx, dy) = (
        (end.0 - before.0).signum() * f64::from(u8::from(end.0 != before.0)),
        (end.1 - before.1).signum() * f64::from(u8::from(end.1 != before.1)),
    );
    let (length, half) = (6.0 + thick / 2.0, 2.6 + thick * 0.6);
    let (tip, foot) = (*end, (end.0 - dx * length, end.1 - dy * length));
    *end = (foot.0 + dx, foot.1 + dy);
    Some(format!(
        "M{} {}L{} {}L{} {}Z",
        short(tip.0),
        short(tip.1),
        short(foot.0 - dy * half),
        short(foot.1 + dx * half),
        short(foot.0 + dy * half),
        short(foot.1 - dx * half)
    ))
}

/// Lines with round corners.
fn path(points: &[(f64, f64)]) -> String {
    let Some(first) = points.first() else { return String::new() };
    let mut path = format!("M{} {}", short(first.0), short(first.1));
    for (i, &point) in points.iter().enumerate().skip(1) {
        let Some(&next) = points.get(i + 1) else {
            path += &format!("L{} {}", short(point.0), short(point.1));
            break;
        };
        let before = points[i - 1];
        let long = |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).abs() + (a.1 - b.1).abs();
        let radius = BEND.min(long(before, point) / 2.0).min(long(point, next) / 2.0);
        let towards = |to: (f64, f64)| {
            let length = long(point, to).max(1e-9);
            (point.0 + (to.0 - point.0) / length * radius, point.1 + (to.1 - point.1) / length * radius)
        };
        let (from, to) = (towards(before), towards(next));
        path += &format!(
            "L{} {}Q{} {} {} {}",
            short(from.0),
            short(from.1),
            short(point.0),
            short(point.1),
            short(to.0),
            short(to.1)
        );
    }
    path
}

/// The numbers of a wire.
pub fn labels(svg: &mut String, wire: &Line, direction: Direction) {
    maps::value(svg, wire, direction);
    if let Some(place) = &wire.place {
        let mut x = place.x;
        if let Some(name) = &wire.name {
            text(svg, "name", "", (x, place.value_y), LABEL, name);
            x += width(name, LABEL) + 6.0;
        }
        let shape = wire.spec.as_ref().map(|spec| lengths(spec));
        match (&wire.value, shape) {
            (Some(value), _) => {
                let class = format!("value{}", class(Some(value)));
                text(svg, &class, &format!("{}-v", wire.id), (x, place.value_y), LABEL, &value.text);
            }
            (None, Some(shape)) => text(svg, "name", "", (x, place.value_y), LABEL, &shape),
            (None, None) => {}
        }
    }
    let Some(gradient) = &wire.gradient else { return };
    line(svg, format_args!("<g id=\"{}-back\">", escape(&wire.id)));
    if let Some(place) = &wire.place {
        mark(svg, gradient, (place.x, place.gradient_y));
        let class = format!("gradient{}", class(Some(gradient)));
        let at = (place.x + 20.0, place.gradient_y);
        text(svg, &class, &format!("{}-g", wire.id), at, LABEL, &gradient.text);
        maps::gradient(svg, wire, direction);
    }
    for (number, piece) in wire.pieces.iter().enumerate() {
        if let (Some(at), Some(gradient)) = (piece.place, &piece.gradient) {
            let class = format!("branch{}", class(Some(gradient)));
            text(svg, &class, &format!("{}-g{number}", wire.id), at, BRANCH, &gradient.text);
        }
    }
    line(svg, format_args!("</g>"));
}

/// An arrow head that points back, and a ∂.
pub fn mark(svg: &mut String, gradient: &Quantity, (x, y): (f64, f64)) {
    let class = class(Some(gradient));
    let points = format!("M{} {}l7 -4v8z", short(x), short(y - 4.5));
    line(svg, format_args!("<path class=\"head fill{class}\" d=\"{points}\"/>"));
    text(svg, &format!("gradient{class}"), "", (x + 10.0, y), LABEL, "∂");
}

/// The lengths of the axes in a spec: `f32[64, 10]` as `64×10`.
fn lengths(spec: &str) -> String {
    let inside = spec.split_once('[').map_or("", |(_, rest)| rest.trim_end_matches(']'));
    inside.replace(", ", "×")
}
