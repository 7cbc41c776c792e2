//! A scene as a picture: one SVG file that stands alone, light and dark.
//!
//! A value stands above its wire; below it, in italics with a ∂ and an arrow head that points back, the gradient. Colour says
//! the sign, which is also written: blue above 0, orange below; the hatched magenta is NaN or infinite. A wire is as wide as
//! log10 of its gradient, and dashed grey where that is exactly 0. An array has a small picture beside each of its numbers. Ids of elements are those of the scene.

mod draw;
mod legend;
mod maps;
mod style;

use crate::scene::{Block, Kind, Scene};
use std::fmt::Write;

/// Which colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Those that the reader's system asks for.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// How a picture is made.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Which colours.
    pub theme: Theme,
    /// What the picture is called, for those who listen.
    pub title: String,
    /// Whether the legend is left out.
    pub bare: bool,
}

/// The whole file.
///
/// ```
/// use chainrule::prelude::*;
/// use chainrule_explorer::{scene::{View, scene}, svg};
/// let spec = Spec::scalar(DType::F64);
/// let program = trace(|x: Wire| x * x, &(spec,))?;
/// let scene = scene(program.circuit(), None, &View::default()).unwrap();
/// assert!(svg::picture(&scene, &svg::Options::default()).starts_with("<svg "));
/// # Ok::<(), Diagnostic>(())
/// ```
pub fn picture(scene: &Scene, options: &Options) -> String {
    let legend = if options.bare { legend::Legend::default() } else { legend::legend(scene) };
    let width = scene.width.max(legend.width).ceil();
    let height = (scene.height + legend.height).ceil();
    let mut svg = String::new();
    let (left, top) = (scene.left, scene.top);
    line(
        &mut svg,
        format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chainrule\" viewBox=\"{left} {top} {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"group\" aria-label=\"{}\">",
            escape(&options.title)
        ),
    );
    line(&mut svg, format_args!("<title>{}</title>", escape(&options.title)));
    svg += &style::sheet(options.theme);
    line(
        &mut svg,
        format_args!(
            "<rect class=\"ground\" x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\"/>"
        ),
    );
    line(&mut svg, format_args!("<g aria-hidden=\"true\">"));
    let is_frame = |b: &&Block| b.kind == Kind::Frame;
    scene.blocks.iter().filter(is_frame).for_each(|b| draw::frame(&mut svg, b));
    scene.wires.iter().for_each(|w| draw::wire(&mut svg, w));
    scene.wires.iter().for_each(|w| draw::labels(&mut svg, w, scene.direction));
    line(&mut svg, format_args!("</g>"));
    list(&mut svg, scene, None);
    let (x, y) = (left, top + scene.height);
    svg += &legend.svg(x, y);
    svg += "</svg>\n";
    svg
}

/// The blocks of one level as a list, those inside a frame as a list in its item.
fn list(svg: &mut String, scene: &Scene, frame: Option<&str>) {
    line(svg, format_args!("<g role=\"list\">"));
    for block in scene.blocks.iter().filter(|b| b.frame.as_deref() == frame) {
        line(
            svg,
            format_args!(
                "<g id=\"{}\" role=\"listitem\" aria-label=\"{}\">",
                escape(&block.id),
                escape(&block.aria)
            ),
        );
        match block.kind {
            Kind::Frame => list(svg, scene, Some(&block.id)),
            _ => draw::block(svg, block),
        }
        line(svg, format_args!("</g>"));
    }
    line(svg, format_args!("</g>"));
}

/// Adds a line. Writing to a text can't fail.
fn line(svg: &mut String, text: std::fmt::Arguments<'_>) {
    _ = svg.write_fmt(text);
    svg.push('\n');
}

/// A text as it may stand in SVG and HTML; letters that XML forbids are left out.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\n' | '\t' => escaped.push(' '),
            c if (c as u32) < 0x20 || matches!(c as u32, 0xfffe | 0xffff) => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_xml_forbids_does_not_get_through() {
        assert_eq!(super::escape("a<b & \"c\">\u{1}\n"), "a&lt;b &amp; &quot;c&quot;&gt; ");
    }
}
