//! `chainrule view`: a formula as a page.

use crate::failure::{Failure, Result};
use crate::problem::{Point, Problem};
use crate::{failure, interrupt, output, start};
use chainrule::{Mistake, Place, Tensor};
use chainrule_explorer::web::{First, Server};
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

/// Open a formula in the browser: step through it, turn its inputs, edit it
#[derive(clap::Args)]
#[command(after_help = EXAMPLE)]
pub struct View {
    /// The formula, or a file that holds it [default: the lecture's neuron]
    #[arg(value_name = "FORMULA|FILE", allow_hyphen_values = true)]
    formula: Option<String>,

    /// Values of inputs and parameters: a number, nested lists as in x=[[1,2],[3,4]], or x=@FILE.json
    #[arg(value_name = "NAME=VALUE")]
    values: Vec<String>,

    /// Stages that are open at first, divided by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    open: Vec<String>,

    /// The port; 0 takes a free one
    #[arg(long, value_name = "NUMBER", default_value_t = 7717)]
    port: u16,

    /// The address to listen at. Beyond this machine the page asks for the token that is printed
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,

    /// Also open the page in the browser
    #[arg(long)]
    browser: bool,
}

const EXAMPLE: &str = "\
Example:
  chainrule view 'sigmoid(w0*x0 + w1*x1 + w2)' w0=2 x0=-1 w1=-3 x1=-2 w2=-3";

/// Most numbers that a page sends with each request.
const NUMBERS: usize = 1 << 14;

/// Runs it, until Ctrl-C.
pub fn run(args: &View) -> Result<()> {
    let first = match &args.formula {
        Some(formula) => first(&Point::of(formula, &args.values).load()?, &args.open)?,
        None => neuron(),
    };
    serve(SocketAddr::new(args.host, args.port), &first, args.browser)
}

/// The page that is shown without a formula.
pub fn neuron() -> First {
    let values = crate::main_job::AT.iter().map(|(name, value)| ((*name).to_string(), Value::from(*value)));
    First { formula: crate::main_job::NEURON.into(), values: values.collect(), open: Vec::new() }
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
    Ok(First { formula, values, open: open.to_vec() })
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

/// Serves a page until Ctrl-C, and says where it is.
pub fn serve(address: SocketAddr, first: &First, browser: bool) -> Result<()> {
    interrupt::listen();
    let draw = Box::new(|init, spec, number| start::tensor(init, spec, 0, number));
    let server = Server::start(address, first, draw).map_err(|why| {
        let what = format!("can't listen at {address}: {}", failure::reason(&why));
        Failure::file(Mistake::new(Place::Unknown, "view", what).hint("--port 0 takes a free port"))
    })?;
    output::print(&format!("{}\nCtrl-C ends it\n", server.url()))?;
    if browser && !opened(&server.url()) {
        output::tell("no browser could be started: open the address yourself");
    }
    while !interrupt::pressed() {
        thread::sleep(Duration::from_millis(50));
    }
    Err(Failure::interrupted())
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
