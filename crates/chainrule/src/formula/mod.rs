//! The formula language: circuits as text, for the command line, the page and files. docs/formula.md has the grammar.
//!
//! Text becomes tokens (`lexer`), tokens statements (`parser`, `expression`, `ast`), `check` finds what is wrong without
//! knowing shapes, and `elaborate` records gates. Every mistake has its place in the text.

mod ast;
mod build;
mod callee;
mod check;
mod elaborate;
mod expression;
mod index;
mod lexer;
mod params;
mod parser;
mod report;
mod suggest;
mod value;

pub use ast::Dim;
pub use build::{Built, BuiltInput, Env, Options, Recorded};
pub use check::Variable;
pub use params::Init;
pub use suggest::nearest;

use crate::base::{Result, limits};
use ast::{Bind, Item, Span, StageDef};
use report::{Report, report};
use std::{collections::HashMap, sync::Arc};

/// A program of the formula language, read and checked as far as that goes without shapes.
///
/// ```
/// use chainrule::formula::{Formula, Options};
/// let neuron = Formula::parse("sigmoid(w0*x0 + w1*x1 + w2)")?;
/// let names: Vec<&str> = neuron.inputs().map(|v| v.name.as_str()).collect();
/// assert_eq!(names, ["w0", "x0", "w1", "x1", "w2"]);
/// let built = neuron.build(&Options::default())?;
/// assert_eq!(built.circuit.inputs.len(), 5);
/// # Ok::<(), chainrule::Diagnostic>(())
/// ```
#[derive(Clone, Debug)]
pub struct Formula {
    source: Arc<str>,
    items: Vec<Item>,
    variables: Vec<Variable>,
    dimensions: Vec<String>,
    bindings: Vec<String>,
    stages: HashMap<String, usize>,
}

impl Formula {
    /// Reads a program.
    ///
    /// # Errors
    /// Every mistake that can be seen without shapes: in the grammar, in names, in the arguments of calls.
    pub fn parse(source: &str) -> Result<Formula> {
        let (formula, reports) = Formula::read(source);
        match report::diagnostic(reports, &formula.source) {
            Some(mistakes) => Err(mistakes),
            None => Ok(formula),
        }
    }

    /// What can be read of a program, and the mistakes in the rest.
    fn read(source: &str) -> (Formula, Vec<Report>) {
        let mut reports = Vec::new();
        let items = if source.len() > limits::FORMULA_BYTES {
            let what = format!("the formula has {} bytes, more than {}", source.len(), limits::FORMULA_BYTES);
            reports.push(report(Span::default(), what, "numbers belong into files; give them as inputs"));
            Vec::new()
        } else {
            let (items, found) = parser::parse(source);
            reports = found;
            items
        };
        let facts = check::check(&items, source, &mut reports);
        let check::Facts { variables, dimensions, bindings, stages } = facts;
        (Formula { source: source.into(), items, variables, dimensions, bindings, stages }, reports)
    }

    /// The text.
    pub fn source(&self) -> &Arc<str> {
        &self.source
    }

    /// Everything that needs a value from outside, inputs and parameters, by first appearance.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// The inputs: declared ones, and free names.
    pub fn inputs(&self) -> impl Iterator<Item = &Variable> {
        self.variables.iter().filter(|v| v.init.is_none())
    }

    /// The parameters: what training changes.
    pub fn params(&self) -> impl Iterator<Item = &Variable> {
        self.variables.iter().filter(|v| v.init.is_some())
    }

    /// Names that the program binds outside of stages, in order.
    pub fn bindings(&self) -> &[String] {
        &self.bindings
    }

    /// Names of dimensions that its declarations use.
    pub fn dimensions(&self) -> &[String] {
        &self.dimensions
    }

    fn binds(&self) -> impl Iterator<Item = &Bind> {
        self.items.iter().filter_map(|item| if let Item::Bind(bind) = item { Some(bind) } else { None })
    }

    fn stage(&self, name: &str) -> Option<&StageDef> {
        match self.items.get(*self.stages.get(name)?) {
            Some(Item::Stage(stage)) => Some(stage),
            _ => None,
        }
    }

    fn last_name(&self) -> Option<String> {
        self.binds().last().and_then(|bind| bind.name.as_ref()).map(|name| name.text.clone())
    }
}

#[cfg(test)]
mod tests;
