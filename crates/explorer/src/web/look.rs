//! A point as the page draws it: the scene, and the inputs that can be turned.

use super::ask::Ask;
use super::limits;
use super::point::Point;
use crate::run::number;
use crate::scene::{self, Block, Direction, Refused, Scene, View, scene_beside};
use crate::svg::{self, Theme};
use chainrule::{Diagnostic, Mistake, Place};
use serde::Serialize;

/// What the page shows.
#[derive(Debug, Serialize)]
pub struct Look {
    formula: String,
    /// The output's name.
    output: String,
    inputs: Vec<Input>,
    /// What people should know about this view, as that it is coarser than what they asked for.
    note: Option<String>,
    /// The example of a training that it is of, and the step whose weights it has.
    example: Option<usize>,
    step: Option<u64>,
    /// Names of what is open: those that were asked for and are there.
    open: Vec<String>,
    scene: Scene,
}

/// An input that can be turned.
#[derive(Debug, Serialize)]
struct Input {
    name: String,
    /// Its wire, and so its block: `g` and this number.
    wire: u32,
    shape: Vec<usize>,
    dtype: &'static str,
    is_param: bool,
    /// Whether its value is our choice, none being given.
    is_started: bool,
    /// Its numbers, if they are few.
    values: Option<Shown>,
}

#[derive(Debug, Serialize)]
struct Shown(#[serde(serialize_with = "number::list::serialize")] Vec<f64>);

/// The picture of a point, as far as it can be drawn: what would be too crowded is drawn coarser.
///
/// # Errors
/// Not even the coarsest view fits.
pub fn look(point: &Point, ask: &Ask) -> Result<Look, Diagnostic> {
    let Drawn { scene, note, open } = draw(point, ask)?;
    let output = point.built.output.clone().unwrap_or_else(|| "output".into());
    // The numbers of one element are those of arrays: it is them that can be turned.
    let own = if point.is_inside() { 0 } else { point.built.inputs.len() };
    let inputs = point.built.inputs.iter().zip(&point.built.circuit.inputs).zip(&point.values).take(own);
    let inputs = inputs.map(|((input, &wire), value)| Input {
        name: input.name.clone(),
        wire,
        shape: input.spec.shape.dims(),
        dtype: input.spec.dtype.name(),
        is_param: input.init.is_some(),
        is_started: point.started.contains(&input.name),
        values: (value.shape().elements() <= limits::SHOWN).then(|| Shown(value.to_f64())),
    });
    let inputs = inputs.collect();
    let (example, step) = point.of.unzip();
    Ok(Look { formula: ask.formula.clone(), output, inputs, note, example, step, open, scene })
}

/// One block of the picture, with its card.
///
/// # Errors
/// Nothing that is drawn has this id.
pub fn block(point: &Point, ask: &Ask) -> Result<Block, Diagnostic> {
    let id = ask.at.clone().unwrap_or_default();
    let scene = draw(point, &Ask { at: None, ..ask.clone() })?.scene;
    scene.blocks.into_iter().find(|block| block.id == id).ok_or_else(|| nothing(&id))
}

fn nothing(id: &str) -> Diagnostic {
    let mistake = Mistake::new(Place::Argument(id.into()), "", "nothing that is drawn has this id");
    mistake.hint("take one of the scene; open the stage that it is in").into()
}

/// Everything there is, also what is inside of closed stages.
///
/// # Errors
/// None.
pub fn index(point: &Point, ask: &Ask) -> Result<Vec<scene::Found>, Diagnostic> {
    // Open sums have other blocks than closed ones.
    let view = View { open: ask.open.clone(), ..View::default() };
    Ok(scene::index(&point.built.circuit, Some(&point.flow), &view))
}

/// The picture as SVG.
///
/// # Errors
/// As [`look`].
pub fn picture(point: &Point, ask: &Ask) -> Result<String, Diagnostic> {
    let scene = draw(point, ask)?.scene;
    let theme = match ask.theme.as_str() {
        "light" => Theme::Light,
        "dark" => Theme::Dark,
        _ => Theme::Auto,
    };
    Ok(svg::picture(&scene, &svg::Options { theme, title: ask.formula.clone(), ..svg::Options::default() }))
}

/// The wire that a block makes, and the scene that it is in.
///
/// # Errors
/// Nothing that is drawn has this id, or no wire leaves it.
pub fn wire_of(point: &Point, ask: &Ask) -> Result<(u32, Scene), Diagnostic> {
    let id = ask.at.clone().unwrap_or_default();
    let scene = draw(point, &Ask { at: None, ..ask.clone() })?.scene;
    let block = scene.blocks.iter().find(|block| block.id == id);
    let leaves = block.and_then(|block| block.outs.first());
    let line = leaves.and_then(|port| scene.wires.iter().find(|line| line.id == port.wire));
    match line.map(|line| line.wire) {
        Some(wire) => Ok((wire, scene)),
        None => Err(nothing(&id)),
    }
}

struct Drawn {
    scene: Scene,
    note: Option<String>,
    open: Vec<String>,
}

fn draw(point: &Point, ask: &Ask) -> Result<Drawn, Diagnostic> {
    let keep = match (&ask.at, ask.x, ask.y) {
        (Some(id), Some(x), Some(y)) if x.is_finite() && y.is_finite() => Some((id.clone(), x, y)),
        _ => None,
    };
    let direction = if ask.dir == "tb" { Direction::Tb } else { Direction::Lr };
    let mut view =
        View { open: ask.open.clone(), depth: ask.depth, direction, keep, maps: ask.maps, ..View::default() };
    let mut note = None;
    // A name that another formula had is forgotten; a crowd is answered with a coarser view. Each turn makes the view smaller.
    for _ in 0..=limits::OPEN + 1 {
        match scene_beside(&point.built.circuit, Some(&point.flow), point.other.as_ref(), &view) {
            Ok(scene) => return Ok(Drawn { scene, note, open: view.open }),
            Err(Refused::Unknown { name, .. }) => view.open.retain(|open| *open != name),
            Err(Refused::Crowded { boxes, most, coarser: Some(coarser) }) => {
                note = Some(format!(
                    "That would be {boxes} boxes, and {most} are the most that can be read; this is the nearest view that fits."
                ));
                view = *coarser;
            }
            Err(Refused::Crowded { boxes, most, coarser: None }) => {
                let what = format!("the picture would have {boxes} boxes, more than {most}");
                let hint = "put parts of the formula into stages, which are drawn as one box each";
                return Err(Mistake::new(Place::Unknown, "", what).hint(hint).into());
            }
            Err(Refused::Foreign) => unreachable!("the flow was made from this circuit"),
        }
    }
    Err(Mistake::new(Place::Unknown, "", "no view of it can be drawn").into())
}
