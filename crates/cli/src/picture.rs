//! Which view of a circuit is drawn, and what is said where it can't be.

use crate::failure::{Failure, Result, argument};
use chainrule::formula::nearest;
use chainrule::{Circuit, Flow};
use chainrule_explorer::scene::{self, Direction, Refused, Scene, View};
use chainrule_explorer::svg::Theme;

/// What is open, and the way of the forward pass.
#[derive(clap::Args)]
pub struct Look {
    /// Stages to open, by their paths, divided by commas; those around them open too
    #[arg(long, value_name = "STAGES", value_delimiter = ',')]
    open: Vec<String>,

    /// Opens all stages with fewer than so many stages around them
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    depth: usize,

    /// From left to right, or from top to bottom
    #[arg(long, value_name = "WAY", default_value = "lr", value_parser = ["lr", "tb"])]
    dir: String,
}

/// The same of a picture that may show arrays.
#[derive(clap::Args)]
pub struct Drawing {
    #[command(flatten)]
    look: Look,

    /// Leaves out the small pictures of arrays beside their wires
    #[arg(long)]
    no_arrays: bool,
}

impl Drawing {
    /// As a view.
    pub fn view(&self) -> View {
        View { maps: !self.no_arrays, ..self.look.view() }
    }
}

impl Look {
    /// As a view.
    pub fn view(&self) -> View {
        let direction = if self.dir == "tb" { Direction::Tb } else { Direction::Lr };
        View { open: self.open.clone(), depth: self.depth, direction, ..View::default() }
    }
}

/// Colours by their name.
pub fn theme(name: &str) -> Theme {
    match name {
        "light" => Theme::Light,
        "dark" => Theme::Dark,
        _ => Theme::Auto,
    }
}

/// The scene of a view.
///
/// # Errors
/// Too many boxes, or no stage of a name.
pub fn scene(circuit: &Circuit, flow: Option<&Flow>, view: &View) -> Result<Scene> {
    scene::scene(circuit, flow, view).map_err(|refused| why(circuit, refused))
}

/// Why a view is not drawn, with what to do.
pub fn why(circuit: &Circuit, refused: Refused) -> Failure {
    match refused {
        Refused::Crowded { boxes, most, coarser } => {
            let hint = match coarser {
                None => "write parts of the formula as stages, which can be closed, as in stage f(x) = ..."
                    .to_string(),
                Some(view) if view.open.is_empty() => "leave stages closed".to_string(),
                Some(view) => format!("as much as fits is --open {}", names(circuit, &view.open)),
            };
            argument("--open", format!("{boxes} boxes, but at most {most} are drawn"), hint).into()
        }
        Refused::Unknown { name, known } => {
            let near = nearest(&name, known.iter().map(String::as_str));
            let hint = match near {
                Some(near) => format!("did you mean {near}?"),
                None if known.is_empty() => "the formula has no stages".to_string(),
                None => format!("its stages are {}", known.join(", ")),
            };
            argument("--open", format!("no stage is called {name}"), hint).into()
        }
        Refused::Foreign => argument("flow", "belongs to another circuit", "compute it anew").into(),
    }
}

/// Paths of stages given by their ids.
fn names(circuit: &Circuit, ids: &[String]) -> String {
    let paths = circuit.stage_paths();
    let path =
        |id: &String| id.strip_prefix('s').and_then(|n| n.parse::<usize>().ok()).and_then(|n| paths.get(n));
    // Parts of what is too long have an id alone.
    ids.iter().map(|id| path(id).unwrap_or(id).as_str()).collect::<Vec<_>>().join(",")
}
