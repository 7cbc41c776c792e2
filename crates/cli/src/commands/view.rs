//! `chainrule view`: a formula or a training as a page.

use crate::failure::{Failure, Result, argument};
use crate::problem::{Point, Problem};
use crate::{failure, interrupt, output, start};
use chainrule::{Mistake, Place, Tensor};
use chainrule_explorer::web::{First, Page, Run, Server, Setup};
use serde_json::Value;
use std::fs::File;
use std::io::Read;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

/// Open a formula or a run file in the browser: step through it, turn its inputs, edit it; see how a training went
#[derive(clap::Args)]
#[command(after_help = EXAMPLE)]
pub struct View {
    /// The formula, or a file that holds it, or what `train --run` writes, also while it does [default: the lecture's neuron]
    #[arg(value_name = "FORMULA|FILE|RUN", allow_hyphen_values = true)]
    formula: Option<String>,

    /// Values of inputs and parameters: a number, nested lists as in x=[[1,2],[3,4]], or x=@FILE.json
    #[arg(value_name = "NAME=VALUE")]
    values: Vec<String>,

    /// Stages that are open at first, divided by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    open: Vec<String>,

    #[command(flatten)]
    place: Listening,
}

/// Where a page is served.
#[derive(clap::Args, Clone)]
pub struct Listening {
    /// The port; 0 takes a free one
    #[arg(long, value_name = "NUMBER", default_value_t = 7717)]
    pub port: u16,

    /// The address to listen at. Beyond this machine the page asks for the token that is printed
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub host: IpAddr,

    /// Also open the page in the browser
    #[arg(long)]
    pub browser: bool,

    /// A folder with index.html, app.js and app.css to serve in the place of the page in this binary: for work on the page
    #[arg(long, value_name = "FOLDER", hide_short_help = true)]
    pub web_dir: Option<PathBuf>,
}

const EXAMPLE: &str = "\
Example:
  chainrule view 'sigmoid(w0*x0 + w1*x1 + w2)' w0=2 x0=-1 w1=-3 x1=-2 w2=-3
  chainrule view digits.run.jsonl";

/// Most numbers that a page sends with each request.
const NUMBERS: usize = 1 << 14;

/// What a run file begins with.
const RUN: &[u8] = b"{\"k\":\"run\"";

/// Runs it, until Ctrl-C.
pub fn run(args: &View) -> Result<()> {
    let of_run = args.formula.as_deref().map(Path::new).filter(|path| is_run(path));
    let (first, run) = match (&args.formula, of_run) {
        (_, Some(path)) => {
            nothing_idle(args)?;
            (First { page: Page::Train, ..neuron() }, Some(Run::open(path)?))
        }
        (Some(formula), None) => (first(&Point::of(formula, &args.values).load()?, &args.open)?, None),
        (None, None) => (neuron(), None),
    };
    let server = args.place.serve(first, run)?;
    wait(&server)
}

/// Whether this names a run file: by its ending, or by how it begins.
fn is_run(path: &Path) -> bool {
    if path.extension().is_some_and(|ending| ending == "jsonl") {
        return true;
    }
    let mut start = [0; RUN.len()];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == RUN
}

/// Values and stages are a formula's.
fn nothing_idle(args: &View) -> Result<()> {
    if args.values.is_empty() && args.open.is_empty() {
        return Ok(());
    }
    let hint = "leave values and --open out; they are for formulas";
    Err(argument("RUN", "a training has neither values to set nor stages to open", hint).into())
}

/// The page that is shown without a formula.
pub fn neuron() -> First {
    let values = crate::main_job::AT.iter().map(|(name, value)| ((*name).to_string(), Value::from(*value)));
    First { formula: crate::main_job::NEURON.into(), values: values.collect(), ..First::default() }
}

fn first(problem: &Problem, open: &[String]) -> Result<First> {
    let formula = problem.built.circuit.source.as_deref().unwrap_or_default().to_string();
    let numbers: usize = problem.values.iter().map(|value| value.shape().elements()).sum();
    if numbers > NUMBERS {
        let what = format!("the inputs have {numbers} numbers, more than the {NUMBERS} of a page");
        let mistake = Mistake::new(Place::Unknown, "view", what);
        return Err(mistake.hint("give a part of the data; chainrule explain takes all of it").into());
    }
    let names = problem.built.inputs.iter().map(|input| input.name.clone());
    let values = names.zip(problem.values.iter().map(nested)).collect();
    Ok(First { formula, values, open: open.to_vec(), ..First::default() })
}

/// A tensor as nested lists; what JSON has no number for as a word.
fn nested(tensor: &Tensor) -> Value {
    let mut all: Vec<Value> = tensor.to_f64().into_iter().map(number).collect();
    for &length in tensor.shape().dims().iter().skip(1).rev() {
        all = match length {
            0 => Vec::new(),
            _ => all.chunks(length).map(|chunk| Value::from(chunk.to_vec())).collect(),
        };
    }
    if tensor.shape().rank() == 0 { all.pop().unwrap_or_default() } else { Value::from(all) }
}

fn number(value: f64) -> Value {
    match value {
        v if v.is_finite() => Value::from(v),
        v if v.is_nan() => Value::from("NaN"),
        v if v > 0.0 => Value::from("Infinity"),
        _ => Value::from("-Infinity"),
    }
}

impl Listening {
    /// This machine alone, at a free port, with the browser.
    pub fn here() -> Listening {
        Listening { port: 0, host: IpAddr::V4(Ipv4Addr::LOCALHOST), browser: true, web_dir: None }
    }

    /// Serves a page, and says where it is.
    ///
    /// # Errors
    /// The address can't be had.
    pub fn serve(&self, first: First, run: Option<Run>) -> Result<Server> {
        interrupt::listen();
        let address = SocketAddr::new(self.host, self.port);
        let draw = Box::new(|init, spec, number| start::tensor(init, spec, 0, number));
        let setup = Setup { first, draw, run, folder: self.web_dir.clone() };
        let server = Server::open(address, setup).map_err(|why| {
            let what = format!("can't listen at {address}: {}", failure::reason(&why));
            Failure::file(Mistake::new(Place::Unknown, "view", what).hint("--port 0 takes a free port"))
        })?;
        output::print(&format!("{}\nCtrl-C ends it\n", server.url()))?;
        if self.browser && !opened(&server.url()) {
            output::tell("no browser could be started: open the address yourself");
        }
        Ok(server)
    }
}

/// Waits for Ctrl-C while a page is served.
///
/// # Errors
/// That is how it ends.
pub fn wait(_: &Server) -> Result<()> {
    hold();
    Err(Failure::interrupted())
}

/// Waits for Ctrl-C.
pub fn hold() {
    while !interrupt::pressed() {
        thread::sleep(Duration::from_millis(50));
    }
}

/// Whether a browser could be asked to show an address.
fn opened(url: &str) -> bool {
    let programs: &[&str] = match std::env::consts::OS {
        "macos" => &["open"],
        "windows" => &["explorer"],
        _ => &["xdg-open", "gio", "sensible-browser"],
    };
    programs.iter().any(|program| {
        let mut command = Command::new(program);
        if *program == "gio" {
            command.arg("open");
        }
        command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().is_ok()
    })
}
