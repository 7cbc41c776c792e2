//! What every mark of a picture means.

use super::draw::{short, text};
use super::line;
use crate::layout::text::width;
use crate::scene::{Kind, Scene};

const SIZE: f64 = 11.5;
const ROW: f64 = 20.0;
const GAP: f64 = 18.0;
/// Room for the mark before a text.
const MARK: f64 = 32.0;
/// Narrower pictures are made as wide as this, so that the legend has room.
const LEAST: f64 = 420.0;
const MARGIN: f64 = 16.0;

/// The marks with their texts, and where they stand.
#[derive(Default)]
pub struct Legend {
    pub width: f64,
    pub height: f64,
    entries: Vec<(Mark, &'static str, f64, f64)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Value,
    Gradient,
    Plus,
    Minus,
    Zero,
    Alarm,
    Widths,
    Dot,
    Stage,
    Array,
}

/// What the marks that occur in a scene mean.
pub fn legend(scene: &Scene) -> Legend {
    let gradients = || scene.wires.iter().flat_map(|w| &w.pieces).filter_map(|p| p.gradient.as_ref());
    let values = scene.wires.iter().filter_map(|w| w.value.as_ref());
    let mut marks = Vec::new();
    if scene.numbers {
        marks.extend([
            (Mark::Value, "value"),
            (Mark::Gradient, "gradient"),
            (Mark::Plus, "above 0"),
            (Mark::Minus, "below 0"),
            (Mark::Widths, "gradient of 0.0001, 0.1, 100"),
        ]);
        if gradients().any(|q| q.zero) {
            marks.push((Mark::Zero, "gradient 0: nothing flows"));
        }
        if gradients().chain(values).any(|q| q.special.is_some()) {
            marks.push((Mark::Alarm, "NaN or infinite"));
        }
    }
    if scene.wires.iter().any(|w| w.maps.is_some()) {
        marks.push((Mark::Array, "an array: each number by its colour"));
    }
    if scene.wires.iter().any(|w| !w.dots.is_empty()) {
        marks.push((Mark::Dot, "a copy: here gradients add"));
    }
    if scene.blocks.iter().any(|b| b.kind == Kind::Stage) {
        marks.push((Mark::Stage, "a stage: opens"));
    }
    let width_of = |text: &str| MARK + width(text, SIZE) + GAP;
    let room = scene.width.max(LEAST) - 2.0 * MARGIN;
    let (mut x, mut y) = (0.0, 0.0);
    let mut legend = Legend { width: LEAST, ..Legend::default() };
    for (mark, words) in marks {
        if x > 0.0 && x + width_of(words) - GAP > room {
            (x, y) = (0.0, y + ROW);
        }
        legend.entries.push((mark, words, x, y));
        x += width_of(words);
    }
    legend.height = if legend.entries.is_empty() { 0.0 } else { y + ROW + MARGIN };
    if legend.entries.is_empty() {
        legend.width = 0.0;
    }
    legend
}

impl Legend {
    /// The legend with its upper left corner here.
    pub fn svg(&self, x: f64, y: f64) -> String {
        let mut svg = String::new();
        if self.entries.is_empty() {
            return svg;
        }
        line(&mut svg, format_args!("<g class=\"key\" aria-hidden=\"true\">"));
        for &(mark, words, dx, dy) in &self.entries {
            let (x, y) = (x + MARGIN + dx, y + dy + ROW / 2.0);
            self::mark(&mut svg, mark, x, y);
            text(&mut svg, "legend", "", (x + MARK, y + 4.0), SIZE, words);
        }
        line(&mut svg, format_args!("</g>"));
        svg
    }
}

fn mark(svg: &mut String, mark: Mark, x: f64, y: f64) {
    let mut stroke = |class: &str, from: f64, to: f64, dy: f64, thick: f64| {
        line(
            svg,
            format_args!(
                "<path class=\"wire{class}\" stroke-width=\"{}\" d=\"M{} {}H{}\"/>",
                short(thick),
                short(x + from),
                short(y + dy),
                short(x + to)
            ),
        );
    };
    match mark {
        Mark::Value => {
            stroke("", 2.0, 26.0, 4.0, 1.4);
            text(svg, "value", "", (x + 6.0, y), 12.5, "1.2");
        }
        Mark::Gradient => {
            stroke("", 2.0, 26.0, -6.0, 1.4);
            line(
                svg,
                format_args!("<path class=\"head\" d=\"M{} {}l7 -4v8z\"/>", short(x + 4.0), short(y + 3.0)),
            );
            text(svg, "gradient", "", (x + 14.0, y + 7.5), 12.5, "∂");
        }
        Mark::Plus => {
            stroke(" plus", 2.0, 16.0, 0.0, 3.0);
            text(svg, "value plus", "", (x + 19.0, y + 4.5), 12.5, "+");
        }
        Mark::Minus => {
            stroke(" minus", 2.0, 16.0, 0.0, 3.0);
            text(svg, "value minus", "", (x + 19.0, y + 4.5), 12.5, "−");
        }
        Mark::Zero => stroke(" zero", 2.0, 26.0, 0.0, 1.4),
        Mark::Alarm => {
            stroke(" alarm", 2.0, 26.0, 0.0, 4.0);
            stroke(" hatch", 2.0, 26.0, 0.0, 2.0);
        }
        Mark::Widths => {
            for (i, thick) in [1.0, 3.5, 6.0].into_iter().enumerate() {
                stroke("", 2.0 + 9.0 * i as f64, 9.0 + 9.0 * i as f64, 0.0, thick);
            }
        }
        Mark::Dot => {
            stroke("", 2.0, 26.0, 0.0, 1.4);
            line(
                svg,
                format_args!(
                    "<circle class=\"dot\" cx=\"{}\" cy=\"{}\" r=\"4\"/>",
                    short(x + 14.0),
                    short(y)
                ),
            );
        }
        Mark::Array => array(svg, x, y),
        Mark::Stage => {
            for (class, inset, radius) in [("box stage", 0.0, 5.0), ("inset", 2.5, 3.0)] {
                line(
                    svg,
                    format_args!(
                        "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{radius}\"/>",
                        short(x + 4.0 + inset),
                        short(y - 7.0 + inset),
                        short(20.0 - 2.0 * inset),
                        short(14.0 - 2.0 * inset)
                    ),
                );
            }
        }
    }
}

/// A small picture of an array, with numbers above 0, below it and at it.
fn array(svg: &mut String, x: f64, y: f64) {
    line(
        svg,
        format_args!(
            "<rect class=\"map\" x=\"{}\" y=\"{}\" width=\"18\" height=\"12\"/>",
            short(x + 4.0),
            short(y - 6.0)
        ),
    );
    for (class, dx, dy) in [("more", 4.0, -6.0), ("less", 10.0, 0.0), ("more", 16.0, 0.0)] {
        let (x, y) = (short(x + dx), short(y + dy));
        line(svg, format_args!("<path class=\"{class}\" d=\"M{x} {y}h6v6h-6z\"/>"));
    }
}
