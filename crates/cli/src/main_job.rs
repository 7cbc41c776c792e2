//! What `chainrule` does when it is asked for nothing: backpropagation in one neuron, then in a network that learns.

use crate::commands::train;
use crate::failure::Result;
use crate::{draw, output};
use chainrule::formula::{Formula, Options};
use chainrule::{Tensor, flow};

/// The lecture's neuron, and where it is looked at.
pub const NEURON: &str = "f = sigmoid(w0*x0 + w1*x1 + w2)";
/// See [`NEURON`].
pub const AT: [(&str, f64); 5] = [("w0", 2.0), ("x0", -1.0), ("w1", -3.0), ("x1", -2.0), ("w2", -3.0)];

const NEXT: &str = "
Try next:
  chainrule explain '(x + y) * z' x=-2 y=5 z=-4    how gradients flow through a formula of yours
  chainrule view '(x + y) * z' x=-2 y=5 z=-4       the same as a page: step, drag, edit
  chainrule check 'x * exp(-x * y)' x=0.5 y=2      are they right?
  chainrule gates                                  what formulas are made of
  chainrule train csv FILE.csv --label COLUMN      a network for your own data
  chainrule --help                                 everything else
";

/// Runs it.
pub fn run() -> Result<()> {
    output::print(&neuron()?)?;
    output::print("\nThe same rule trains a network. Hand-written digits, 8 by 8 pixels:\n\n")?;
    train::run(&train::defaults())?;
    output::print(NEXT)?;
    page()
}

/// On a terminal, `w` opens the neuron as a page. Nothing is opened unasked.
#[cfg(feature = "web")]
fn page() -> Result<()> {
    use crate::commands::view;
    use std::io::{IsTerminal, stdin, stdout};
    if !stdin().is_terminal() || !stdout().is_terminal() {
        return Ok(());
    }
    output::print("\nw and Enter shows the neuron in the browser, Enter alone ends: ")?;
    let mut answer = String::new();
    // A terminal that can't be read has no w to say.
    if stdin().read_line(&mut answer).is_err() || answer.trim() != "w" {
        return Ok(());
    }
    let server = view::Listening::here().serve(view::neuron(), None)?;
    view::wait(&server)
}

#[cfg(not(feature = "web"))]
fn page() -> Result<()> {
    Ok(())
}

/// The neuron with values and gradients: drawn where there is room, else as a table.
fn neuron() -> Result<String> {
    let mut built = Formula::parse(NEURON)?.build(&Options::default())?;
    let names = built.circuit.inputs.iter().copied().zip(built.inputs.iter().map(|i| i.name.clone()));
    let bindings = built.bindings.iter().map(|(name, wire)| (*wire, name.clone()));
    built.circuit.names = names.chain(bindings).collect();
    let value = |name: &str| AT.iter().find(|(n, _)| *n == name).map_or(0.0, |(_, value)| *value);
    let inputs: Vec<Tensor> = built.inputs.iter().map(|input| value(&input.name).into()).collect();
    let flow = flow(&built.circuit, &inputs, &[1.0.into()])?;
    let picture = match draw::draw(&built.circuit, &flow, output::columns()) {
        Some(drawing) => format!("{drawing}\nabove each wire its value, below it its gradient\n"),
        None => flow.to_string(),
    };
    Ok(format!(
        "One neuron: values flow forward, gradients flow back, and each gate multiplies by its own local gradient.\n\n\
         {NEURON}\n\n{picture}"
    ))
}
