//! The thread's stack of open builders: where gates are recorded while a function is traced.

use super::{Attrs, Circuit, GateDef, Wire, Wires, graph::Entry};
use crate::base::{DType, Diagnostic, Mistake, Result, Site, Spec};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

/// A circuit that is being recorded.
pub(super) struct Builder {
    pub trace: u32,
    pub circuit: Circuit,
    pub mistakes: Vec<Mistake>,
    /// Where new gates are said to come from, instead of the caller's line.
    pub site: Option<Site>,
    pub stage: u32,
    /// The gate that stands for an input.
    input: &'static GateDef,
    /// For inner circuits: outer wires that became inputs. `None` where nothing may be captured.
    captures: Option<Captures>,
    /// The attributes of literals that were used, to be shared by those that are equal.
    literals: HashMap<(DType, u64), Attrs>,
}

/// Outer wires that became inputs, in the order of those inputs.
#[derive(Default)]
struct Captures {
    list: Vec<(Wire, u32)>,
    /// The same, to be searched: a body may use very many outer wires.
    inputs: HashMap<Wire, u32>,
}

thread_local! {
    static STACK: RefCell<Vec<Builder>> = const { RefCell::new(Vec::new()) };
    static NEXT_TRACE: Cell<u32> = const { Cell::new(1) };
}

/// Runs `f` on the innermost open builder, if one is open.
pub(super) fn with_top<R>(f: impl FnOnce(&mut Builder) -> R) -> Option<R> {
    STACK.with_borrow_mut(|stack| stack.last_mut().map(f))
}

/// Runs `f` on the builder that owns a wire, if it is open.
pub(super) fn with_owner<R>(wire: Wire, f: impl FnOnce(&mut Builder) -> R) -> Option<R> {
    STACK.with_borrow_mut(|stack| stack.iter_mut().rev().find(|b| b.trace == wire.trace).map(f))
}

/// How deep in the stack a wire's builder is; 0 is the outermost.
pub fn level_of(wire: Wire) -> Option<usize> {
    STACK.with_borrow(|stack| stack.iter().rposition(|b| b.trace == wire.trace))
}

/// The outer wires that inner circuit number `level` of the stack has lifted, each with the input that stands for it.
pub fn captures_of(level: usize) -> Vec<(Wire, Wire)> {
    STACK.with_borrow(|stack| {
        let builder = &stack[level];
        let lifted = builder.captures.iter().flat_map(|c| &c.list);
        lifted.map(|&(outer, index)| (outer, Wire { trace: builder.trace, index })).collect()
    })
}

/// Reads the circuit of an open trace as far as it is recorded. Nothing may be recorded meanwhile.
pub fn with_circuit<R>(trace: u32, f: impl FnOnce(&Circuit) -> R) -> Option<R> {
    STACK.with_borrow(|stack| stack.iter().rev().find(|b| b.trace == trace).map(|b| f(&b.circuit)))
}

pub(super) fn spec_of(wire: Wire) -> Option<Spec> {
    if wire == Wire::POISON {
        return None;
    }
    with_owner(wire, |b| ((wire.index as usize) < b.circuit.len()).then(|| b.circuit.node(wire.index).spec))?
}

impl Builder {
    pub fn add_input(&mut self, spec: Spec) -> u32 {
        let (gate, attrs) = (self.input, super::Attrs::NONE);
        let site = self.site.unwrap_or_default();
        let index = self.circuit.push(Entry { gate, attrs, inputs: &[], outputs: &[spec], stage: 0, site });
        self.circuit.inputs.push(index);
        index
    }
}

/// The index of a wire in the innermost builder; outer wires are lifted to inputs of each circuit on the way.
/// `Err` says why the wire can't be used here.
pub(super) fn lift(wire: Wire) -> std::result::Result<u32, &'static str> {
    STACK.with_borrow_mut(|stack| {
        let Some(mut level) = stack.iter().rposition(|b| b.trace == wire.trace) else {
            return Err("this wire belongs to a trace that has ended");
        };
        let mut index = wire.index;
        while level + 1 < stack.len() {
            let outer = Wire { trace: stack[level].trace, index };
            let spec = stack[level].circuit.node(index).spec;
            level += 1;
            let Some(captures) = &stack[level].captures else {
                return Err("this wire belongs to another trace");
            };
            index = match captures.inputs.get(&outer) {
                Some(&input) => input,
                None => {
                    let input = stack[level].add_input(spec);
                    if let Some(captures) = &mut stack[level].captures {
                        captures.list.push((outer, input));
                        captures.inputs.insert(outer, input);
                    }
                    input
                }
            };
        }
        Ok(index)
    })
}

/// Takes the builder off the stack again, also when the user's function panics.
struct Guard {
    depth: usize,
}

impl Drop for Guard {
    fn drop(&mut self) {
        STACK.with_borrow_mut(|stack| stack.truncate(self.depth));
    }
}

/// What recording a function gave.
pub struct Traced<R> {
    /// The circuit; its outputs are for the caller to set.
    pub circuit: Circuit,
    /// What the function returned.
    pub result: R,
    /// The outer wires that it lifted to inputs, in the order of the inputs after the declared ones.
    pub captured: Vec<Wire>,
    /// Mistakes; empty unless the trace failed.
    pub mistakes: Vec<Mistake>,
}

fn open<R>(input: &'static GateDef, specs: &[Spec], lifts: bool, f: impl FnOnce(&[Wire]) -> R) -> Traced<R> {
    let trace = NEXT_TRACE.replace(NEXT_TRACE.get().checked_add(1).unwrap_or(1));
    let depth = STACK.with_borrow_mut(|stack| {
        let circuit = Circuit::default();
        let captures = lifts.then(Captures::default);
        let (mistakes, literals) = (Vec::new(), HashMap::new());
        stack.push(Builder { trace, circuit, mistakes, site: None, stage: 0, input, captures, literals });
        stack.len() - 1
    });
    let guard = Guard { depth };
    let inputs: Vec<Wire> =
        specs.iter().filter_map(|&spec| with_top(|b| Wire { trace, index: b.add_input(spec) })).collect();
    let result = f(&inputs);
    let builder = STACK
        .with_borrow_mut(|stack| stack.pop())
        .expect("this function pushed a builder and inner ones are gone");
    drop(guard);
    let captured = builder.captures.unwrap_or_default().list.into_iter().map(|(outer, _)| outer).collect();
    Traced { circuit: builder.circuit, result, captured, mistakes: builder.mistakes }
}

/// Records a function that may use no wires but its own. The wires that `outputs` picks from its result become the circuit's.
///
/// # Errors
/// Every independent mistake that the function made.
pub fn outermost<R>(
    input: &'static GateDef,
    specs: &[Spec],
    f: impl FnOnce(&[Wire]) -> R,
    outputs: impl FnOnce(&R) -> Vec<Wire>,
) -> Result<Traced<R>> {
    let mut picked = Vec::new();
    let mut traced = open(input, specs, false, |wires| {
        let result = f(wires);
        picked = outputs(&result).into_iter().map(super::resolve).collect();
        result
    });
    traced.circuit.outputs = picked.iter().map(|w| w.index).collect();
    match Diagnostic::from_all(std::mem::take(&mut traced.mistakes)) {
        Some(mistakes) => Err(mistakes),
        None if picked.contains(&Wire::POISON) => {
            let what = "an output does not come from this trace";
            Err(Mistake::new(crate::base::Place::Unknown, "trace", what)
                .hint("return wires that this function computed")
                .into())
        }
        None => Ok(traced),
    }
}

/// Records an inner circuit, for control gates and `vmap`. Outer wires that it uses become inputs after the declared ones.
/// Its mistakes are handed to the builder around it; `None` if there are any, or an output is poisoned.
pub fn inner<R>(
    input: &'static GateDef,
    specs: &[Spec],
    f: impl FnOnce(&[Wire]) -> R,
    outputs: impl FnOnce(&R) -> Vec<Wire>,
) -> Option<Traced<R>> {
    let (site, source) = with_top(|b| (b.site, b.circuit.source.clone())).unwrap_or_default();
    let mut picked = Vec::new();
    let mut traced = open(input, specs, true, |wires| {
        with_top(|b| (b.site, b.circuit.source) = (site, source));
        let result = f(wires);
        picked = outputs(&result).into_iter().map(super::resolve).collect();
        result
    });
    let failed = !traced.mistakes.is_empty() || picked.contains(&Wire::POISON);
    with_top(|b| b.mistakes.append(&mut traced.mistakes));
    traced.circuit.outputs = picked.iter().map(|w| w.index).collect();
    (!failed).then_some(traced)
}

/// The attributes of a literal: equal ones are shared within a trace, in whose derivatives 1 and 0 come very often.
pub fn literal_attrs(dtype: DType, value: f64, make: impl Fn() -> Attrs) -> Attrs {
    let shared = with_top(|b| b.literals.entry((dtype, value.to_bits())).or_insert_with(&make).clone());
    shared.unwrap_or_else(make)
}

/// Gates recorded by `f` are said to come from `site`.
pub fn at_site<R>(site: Site, f: impl FnOnce() -> R) -> R {
    let before = with_top(|b| b.site.replace(site)).flatten();
    let result = f();
    with_top(|b| b.site = before);
    result
}

/// Gates recorded by `f` belong to the stage `name`, inside the one that is open now.
///
/// ```
/// use chainrule::prelude::*;
/// let spec = Spec::scalar(DType::F64);
/// let program = trace(|x: Wire| stage("sigma", || 1.0 / (1.0 + (-x).exp())), &(spec,))?;
/// assert_eq!(program.circuit().stages[1].name, "sigma");
/// # Ok::<(), Diagnostic>(())
/// ```
pub fn stage<T>(name: &str, f: impl FnOnce() -> T) -> T {
    let opened = with_top(|b| {
        let parent = b.stage;
        b.circuit.stages.push(super::Stage {
            name: name.to_string(),
            parent,
            inputs: Vec::new(),
            outputs: Vec::new(),
        });
        b.stage = b.circuit.stages.len() as u32 - 1;
        parent
    });
    let result = f();
    if let Some(parent) = opened {
        with_top(|b| b.stage = parent);
    }
    result
}

/// A [`stage`] of a layer, which is `#[track_caller]`: gates recorded by `f` are said to come from the line that calls the layer, unless
/// they have a place already, so that a mistake names the user's line and not the layer's.
///
/// ```
/// use chainrule::{part, prelude::*};
/// #[track_caller]
/// fn scores(x: Wire, w: Wire) -> Wire {
///     part("scores", || x.matmul(w))
/// }
/// let specs = [[4, 3], [2, 5]].map(|dims| Spec::new(&dims, DType::F32).unwrap());
/// let line = line!() + 1;
/// let text = trace(|x: Wire, w: Wire| scores(x, w), &specs.into()).unwrap_err().to_string();
/// assert!(text.contains(&format!(":{line}:")) && text.contains("matmul"), "{text}");
/// # Ok::<(), Diagnostic>(())
/// ```
#[track_caller]
pub fn part<T>(name: &str, f: impl FnOnce() -> T) -> T {
    at_site(super::caller_site(), || stage(name, f))
}

/// A stage that one of our own functions opens: its gates are said to come from the caller's line, unless they have a place
/// already, and the stage knows what it was given and what it gave back.
#[track_caller]
pub fn composed<T: Wires>(name: &str, inputs: &[Wire], f: impl FnOnce() -> T) -> T {
    let site = super::caller_site();
    let given: Vec<Wire> = at_site(site, || inputs.iter().map(|&w| super::resolve(w)).collect());
    let mut opened = 0;
    let result = at_site(site, || {
        stage(name, || {
            with_top(|b| opened = b.stage as usize);
            f()
        })
    });
    let results = result.leaves();
    with_top(|b| {
        // What was only handed through may be a wire of an outer trace.
        let trace = b.trace;
        let indices = |wires: &[Wire]| wires.iter().filter(|w| w.trace == trace).map(|w| w.index).collect();
        let stage = &mut b.circuit.stages[opened];
        (stage.inputs, stage.outputs) = (indices(&given), indices(&results));
    });
    result
}

/// Gives a wire of the innermost trace a name. A wire that has one keeps it.
pub fn name(wire: Wire, name: &str) {
    with_top(|b| {
        if b.trace == wire.trace && wire != Wire::POISON {
            b.circuit.names.entry(wire.index).or_insert_with(|| name.to_string());
        }
    });
}

/// Says which text the sites in the innermost trace point into. A trace that has one keeps it.
pub fn source(text: Arc<str>) {
    with_top(|b| {
        b.circuit.source.get_or_insert(text);
    });
}
