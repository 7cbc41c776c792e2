//! What can be known of a program before any shape is: which names are inputs, which calls fit their signatures.

use super::ast::{Argument, Bind, Declaration, Dim, Expr, Item, Kind, Name, Span, StageDef, walk};
use super::callee::{self, Callee};
use super::params::Init;
use super::report::{Report, position, report};
use super::suggest::did_you_mean;
use crate::base::{DType, limits};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// A name whose value comes from outside.
#[derive(Clone, PartialEq, Debug)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// How a parameter gets its first value; none for an input.
    pub init: Option<Init>,
    /// Its dtype, where one is declared.
    pub dtype: Option<DType>,
    /// Its axes, where it is declared. An undeclared input can have any.
    pub dims: Option<Vec<Dim>>,
    /// Where it appears first.
    pub(super) place: Span,
}

/// What the check found out.
#[derive(Default)]
pub(super) struct Facts {
    /// Inputs and parameters, by first appearance.
    pub variables: Vec<Variable>,
    /// Dimension names, by first appearance.
    pub dimensions: Vec<String>,
    /// Names that the program binds, in order.
    pub bindings: Vec<String>,
    /// Where in the program each stage is.
    pub stages: HashMap<String, usize>,
}

/// Checks a program; reports every mistake that needs no shapes to be seen.
pub(super) fn check(items: &[Item], source: &str, reports: &mut Vec<Report>) -> Facts {
    let mut checker = Checker {
        items,
        source,
        broken: !reports.is_empty(),
        values: HashMap::new(),
        stages: HashMap::new(),
        dimensions: BTreeMap::new(),
        free: Vec::new(),
        reports,
    };
    checker.collect();
    checker.bodies();
    checker.recursion();
    checker.outputs();
    checker.facts()
}

struct Checker<'p, 'r> {
    items: &'p [Item],
    source: &'p str,
    /// Whether parts were not understood: what they say is not to be missed.
    broken: bool,
    /// Bound and declared names, with their places and the item that binds them.
    values: HashMap<&'p str, (Span, usize)>,
    stages: HashMap<&'p str, usize>,
    /// Dimension names and where they appear first.
    dimensions: BTreeMap<&'p str, Span>,
    /// Undeclared names, with their places and the stage in whose body they are.
    free: Vec<(&'p str, Span, Option<usize>)>,
    reports: &'r mut Vec<Report>,
}

impl<'p> Checker<'p, '_> {
    fn report(&mut self, span: Span, what: impl Into<String>, hint: impl Into<String>) {
        self.reports.push(report(span, what, hint));
    }

    fn collect(&mut self) {
        for (at, item) in self.items.iter().enumerate() {
            match item {
                Item::Bind(bind) => bind.name.iter().for_each(|name| self.bind(name, at)),
                Item::Declare(declaration) => {
                    self.bind(&declaration.name, at);
                    for dim in &declaration.dims {
                        if let Dim::Named(name) = &dim.dim {
                            self.dimensions.entry(name).or_insert(dim.span);
                        }
                    }
                }
                Item::Stage(stage) => {
                    if let Some(&first) = self.stages.get(stage.name.text.as_str()) {
                        let first = self.stage(first).map_or(stage.name.span, |s| s.name.span);
                        self.bound_twice(&stage.name, first);
                    } else {
                        self.stages.insert(&stage.name.text, at);
                    }
                }
            }
        }
        let clashes =
            self.dimensions.iter().filter_map(|(name, span)| Some((*name, *span, self.values.get(name)?.0)));
        for (name, span, bound) in clashes.collect::<Vec<_>>() {
            let hint = format!("rename one; the value is bound at {}", position(self.source, bound.from));
            self.report(span, format!("{name} is a value, and a dimension here"), hint);
        }
    }

    fn bind(&mut self, name: &'p Name, at: usize) {
        match self.values.get(name.text.as_str()) {
            Some(&(first, _)) => self.bound_twice(name, first),
            None => {
                self.values.insert(&name.text, (name.span, at));
            }
        }
    }

    fn bound_twice(&mut self, name: &Name, first: Span) {
        let what = format!("{} is already bound at {}", name.text, position(self.source, first.from));
        self.report(name.span, what, "choose another name");
    }

    fn stage(&self, at: usize) -> Option<&'p StageDef> {
        match &self.items[at] {
            Item::Stage(stage) => Some(stage),
            _ => None,
        }
    }

    fn bodies(&mut self) {
        for (at, item) in self.items.iter().enumerate() {
            match item {
                Item::Bind(bind) => self.expression(&bind.value, at, &mut |_| false),
                Item::Declare(_) => {}
                Item::Stage(stage) => self.body(stage, at),
            }
        }
    }

    fn body(&mut self, stage: &'p StageDef, at: usize) {
        let mut local: HashMap<&str, Span> = HashMap::new();
        for parameter in &stage.parameters {
            if let Some(&first) = local.get(parameter.text.as_str()) {
                self.bound_twice(parameter, first);
            }
            local.insert(&parameter.text, parameter.span);
        }
        let later: HashSet<&str> =
            stage.body.iter().filter_map(|b| b.name.as_ref()).map(|n| n.text.as_str()).collect();
        for (i, bind) in stage.body.iter().enumerate() {
            let mut early = None;
            self.expression(&bind.value, at, &mut |name| {
                if later.contains(name) && !local.contains_key(name) {
                    early = early.or(Some(name));
                    return true;
                }
                local.contains_key(name)
            });
            if let Some(name) = early {
                let span = first_use(&bind.value, name);
                self.report(span, format!("{name} is used before it is bound"), "move its binding up");
            }
            match &bind.name {
                Some(name) => {
                    if let Some(first) = local.insert(&name.text, name.span) {
                        self.bound_twice(name, first);
                    }
                }
                None if i + 1 < stage.body.len() => self.unused(bind),
                None => {}
            }
        }
    }

    fn unused(&mut self, bind: &Bind) {
        if !self.broken {
            self.report(
                bind.value.span,
                "this value has no name, so nothing can use it",
                "write NAME = before it",
            );
        }
    }

    /// Names and calls of one expression in item number `at`. `local` knows the names of a stage's body.
    fn expression(&mut self, expr: &'p Expr, at: usize, local: &mut dyn FnMut(&'p str) -> bool) {
        let in_stage = self.stage(at).map(|_| at);
        walk(expr, &mut |part| match &part.kind {
            Kind::Name(name) if local(name) => {}
            Kind::Name(name) => match self.values.get(name.as_str()) {
                Some(&(bound, by)) if in_stage.is_none() && by >= at => {
                    let hint = match by == at {
                        true => "a binding cannot use itself; choose another name".to_string(),
                        false => {
                            format!("it is bound at {}; move that up", position(self.source, bound.from))
                        }
                    };
                    self.report(part.span, format!("{name} is used before it is bound"), hint);
                }
                Some(_) => {}
                None if self.dimensions.contains_key(name.as_str()) || name.parse::<DType>().is_ok() => {}
                None => self.free.push((name, part.span, in_stage)),
            },
            Kind::Call(name, arguments, span) => {
                let is_value = self.values.contains_key(name.text.as_str()) || local(&name.text);
                self.call(name, arguments, *span, is_value);
            }
            _ => {}
        });
    }

    fn call(&mut self, name: &Name, arguments: &[Argument], span: Span, is_value: bool) {
        let stage = self.stages.get(name.text.as_str()).and_then(|&at| self.stage(at));
        match stage.map(Callee::Stage).or_else(|| callee::builtin(&name.text)) {
            Some(callee) => self.reports.extend(callee::mismatches(&callee, arguments, span)),
            None if is_value => {
                let hint = format!("to multiply, write {}*(...)", name.text);
                self.report(name.span, format!("{} is a value, not a function", name.text), hint);
            }
            None => {
                let stages: Vec<&str> = self.stages.keys().copied().collect();
                let known = stages.into_iter().chain(callee::builtins().map(|name| -> &str { name }));
                let otherwise = "`chainrule gates` lists all functions";
                // Past the limit nobody reads the hint, and a long list of mistakes must not take long.
                let hint = match self.reports.len() < limits::MISTAKES {
                    true => did_you_mean(&name.text, known, otherwise),
                    false => otherwise.to_string(),
                };
                self.report(name.span, format!("no function is called {}", name.text), hint);
            }
        }
    }

    /// Reports stages that call themselves. A walk with a stack of its own: chains of stages can be long.
    fn recursion(&mut self) {
        let calls: HashMap<usize, Vec<(usize, Span)>> =
            self.stages.values().filter_map(|&at| Some((at, self.calls_of(self.stage(at)?)))).collect();
        let mut order: Vec<usize> = self.stages.values().copied().collect();
        order.sort_unstable();
        let mut done: HashSet<usize> = HashSet::new();
        for start in order {
            let mut path: Vec<(usize, usize)> = vec![(start, 0)];
            let mut on_path = HashSet::from([start]);
            while let Some((at, next)) = path.last_mut() {
                let Some(&(callee, span)) = calls[at].get(*next).filter(|_| !done.contains(at)) else {
                    done.insert(*at);
                    on_path.remove(at);
                    path.pop();
                    continue;
                };
                *next += 1;
                if on_path.contains(&callee) {
                    let name = self.stage(callee).map_or("", |s| s.name.text.as_str());
                    let what = format!("the stage {name} calls itself");
                    self.report(span, what, "formulas have no recursion; write the steps out");
                } else if !done.contains(&callee) {
                    on_path.insert(callee);
                    path.push((callee, 0));
                }
            }
        }
    }

    fn calls_of(&self, stage: &'p StageDef) -> Vec<(usize, Span)> {
        let mut calls = Vec::new();
        for bind in &stage.body {
            calls.extend(self.calls_in(&bind.value));
        }
        calls
    }

    fn calls_in(&self, expr: &'p Expr) -> Vec<(usize, Span)> {
        let mut calls = Vec::new();
        walk(expr, &mut |part| {
            if let Kind::Call(name, ..) = &part.kind {
                calls.extend(self.stages.get(name.text.as_str()).map(|&at| (at, name.span)));
            }
        });
        calls
    }

    fn outputs(&mut self) {
        let binds: Vec<&Bind> = self.binds().collect();
        match binds.split_last() {
            None if !self.broken => {
                let end = Span::new(self.source.len(), self.source.len());
                match self.items.is_empty() {
                    true => self.report(end, "the formula is empty", "write one, such as sigmoid(w*x + b)"),
                    false => {
                        self.report(end, "nothing is computed", "end with an expression or NAME = expression")
                    }
                }
            }
            None => {}
            Some((_, rest)) => {
                rest.iter().filter(|b| b.name.is_none()).for_each(|bind| self.unused(bind));
            }
        }
    }

    fn binds(&self) -> impl Iterator<Item = &'p Bind> {
        self.items.iter().filter_map(|item| if let Item::Bind(bind) = item { Some(bind) } else { None })
    }

    /// Stages that the output can reach.
    fn reachable(&self) -> HashSet<usize> {
        let mut seen = HashSet::new();
        let mut todo: Vec<usize> =
            self.binds().flat_map(|b| self.calls_in(&b.value)).map(|(at, _)| at).collect();
        while let Some(at) = todo.pop() {
            if seen.insert(at) {
                let calls = self.stage(at).map(|s| self.calls_of(s)).unwrap_or_default();
                todo.extend(calls.into_iter().map(|(at, _)| at));
            }
        }
        seen
    }

    fn facts(self) -> Facts {
        let reachable = self.reachable();
        let mut found: Vec<Variable> = Vec::new();
        for &(name, place, stage) in &self.free {
            if stage.is_none_or(|at| reachable.contains(&at)) {
                found.push(Variable { name: name.to_string(), init: None, dtype: None, dims: None, place });
            }
        }
        let declared =
            self.items.iter().filter_map(|i| if let Item::Declare(d) = i { Some(d) } else { None });
        found.extend(declared.map(variable));
        found.sort_by_key(|variable| variable.place.from);
        let mut seen = BTreeSet::new();
        let variables = found.into_iter().filter(|v| seen.insert(v.name.clone())).collect();
        let mut dimensions: Vec<(&str, Span)> =
            self.dimensions.iter().map(|(name, span)| (*name, *span)).collect();
        dimensions.sort_by_key(|(_, span)| span.from);
        Facts {
            variables,
            dimensions: dimensions.into_iter().map(|(name, _)| name.to_string()).collect(),
            bindings: self.binds().filter_map(|b| b.name.as_ref()).map(|n| n.text.clone()).collect(),
            stages: self.stages.iter().map(|(name, at)| (name.to_string(), *at)).collect(),
        }
    }
}

fn variable(declaration: &Declaration) -> Variable {
    Variable {
        name: declaration.name.text.clone(),
        init: declaration.init,
        dtype: declaration.dtype,
        dims: Some(declaration.dims.iter().map(|d| d.dim.clone()).collect()),
        place: declaration.name.span,
    }
}

fn first_use(expr: &Expr, name: &str) -> Span {
    let mut span = None;
    walk(expr, &mut |part| {
        if matches!(&part.kind, Kind::Name(text) if text == name) {
            span = span.or(Some(part.span));
        }
    });
    span.unwrap_or(expr.span)
}
