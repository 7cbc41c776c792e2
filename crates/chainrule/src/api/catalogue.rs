//! The catalogue of gates and functions, as data.

use crate::circuit::{Call, Doc};
use crate::{functions, gates};

/// What is known of a gate, or of a function composed of gates. Texts that do not apply are empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CatalogueEntry {
    /// Its name in formulas and texts.
    pub name: &'static str,
    /// The class of a gate; `function` for what is composed of gates.
    pub class: &'static str,
    /// Its parameters in a formula, with defaults. None where formulas can't call it.
    pub signature: Option<&'static str>,
    /// One sentence.
    pub summary: &'static str,
    /// The output in terms of the inputs.
    pub formula: &'static str,
    /// The local gradient.
    pub local: &'static str,
    /// Where it breaks or is not smooth, and what was chosen there.
    pub kinks: &'static str,
    /// Where formula or algorithm come from.
    pub source: &'static str,
}

impl CatalogueEntry {
    fn new(name: &'static str, class: &'static str, call: Option<Call>, doc: &Doc) -> CatalogueEntry {
        CatalogueEntry {
            name,
            class,
            signature: call.map(|c| c.signature),
            summary: doc.summary,
            formula: doc.formula,
            local: doc.local,
            kinks: doc.kinks,
            source: doc.source,
        }
    }

    /// How a formula calls it: `sum(x, axis=none, keep=false)`; empty where formulas can't.
    pub fn call(&self) -> String {
        self.signature.map_or(String::new(), |signature| format!("{}({signature})", self.name))
    }
}

/// Every gate and function, gates first.
///
/// ```
/// let gates = chainrule::catalogue();
/// let sigmoid = gates.iter().find(|entry| entry.name == "sigmoid").unwrap();
/// assert_eq!(sigmoid.call(), "sigmoid(x)");
/// ```
pub fn catalogue() -> Vec<CatalogueEntry> {
    let gates = gates::ALL.iter().map(|g| CatalogueEntry::new(g.name, g.class.name(), g.call, &g.doc));
    let functions =
        functions::ALL.iter().map(|f| CatalogueEntry::new(f.name, "function", Some(f.call), &f.doc));
    gates.chain(functions).collect()
}
