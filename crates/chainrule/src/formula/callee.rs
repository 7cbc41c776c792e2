//! What a call calls, and whether its arguments fit.

use super::ast::{Argument, Kind, Span, StageDef};
use super::report::Report;
use super::suggest::did_you_mean;
use crate::circuit::Call;
use crate::{functions, gates};

/// What stands behind a function's name.
pub(super) enum Callee<'p> {
    /// A stage of the program.
    Stage(&'p StageDef),
    /// A gate or a function composed of gates.
    Builtin(&'static str, Call),
}

/// The gate or function of a name.
pub(super) fn builtin(name: &str) -> Option<Callee<'static>> {
    all().find(|(known, _)| *known == name).map(|(known, call)| Callee::Builtin(known, call))
}

/// Names of all gates and functions that a formula can call.
pub(super) fn builtins() -> impl Iterator<Item = &'static str> {
    all().map(|(name, _)| name)
}

fn all() -> impl Iterator<Item = (&'static str, Call)> {
    let gates = gates::ALL.iter().filter_map(|gate| Some((gate.name, gate.call?)));
    gates.chain(functions::ALL.iter().map(|function| (function.name, function.call)))
}

impl<'p> Callee<'p> {
    pub fn name(&self) -> &'p str {
        match self {
            Callee::Stage(stage) => &stage.name.text,
            Callee::Builtin(name, _) => name,
        }
    }

    /// Parameters in order, and whether each may be left out.
    pub fn parameters(&self) -> Vec<(&'p str, bool)> {
        match self {
            Callee::Stage(stage) => stage.parameters.iter().map(|p| (p.text.as_str(), false)).collect(),
            Callee::Builtin(_, call) => {
                call.parameters().map(|(name, default)| (name, default.is_some())).collect()
            }
        }
    }

    /// As one would write it: `sum(x, axis=none, keep=false)`.
    fn usage(&self) -> String {
        match self {
            Callee::Stage(stage) => {
                let names: Vec<&str> = stage.parameters.iter().map(|p| p.text.as_str()).collect();
                format!("{}({})", stage.name.text, names.join(", "))
            }
            Callee::Builtin(name, call) => format!("{name}({})", call.signature),
        }
    }
}

/// The position of the parameter that each argument is for; None where there is none.
pub(super) fn matched(parameters: &[(&str, bool)], arguments: &[Argument]) -> Vec<Option<usize>> {
    let place = |(at, argument): (usize, &Argument)| match &argument.keyword {
        Some(keyword) => parameters.iter().position(|(name, _)| *name == keyword.text),
        None => Some(at).filter(|&at| at < parameters.len()),
    };
    arguments.iter().enumerate().map(place).collect()
}

/// Every way in which the arguments of a call do not fit.
pub(super) fn mismatches(callee: &Callee<'_>, arguments: &[Argument], span: Span) -> Vec<Report> {
    // A stage that was not understood has parameters that nobody knows; an argument, maybe others that it swallowed.
    let understood = !matches!(callee, Callee::Stage(stage) if stage.body.is_empty());
    if !understood || arguments.iter().any(|a| a.value.kind == Kind::Hole) {
        return Vec::new();
    }
    let parameters = callee.parameters();
    let places = matched(&parameters, arguments);
    let usage = || format!("write {}", callee.usage());
    let complain =
        |span: Span, what: String, hint: String| Report { span, gate: callee.name().to_string(), what, hint };
    let positional = arguments.iter().filter(|a| a.keyword.is_none()).count();
    if positional > parameters.len() {
        let what = format!("takes {}, given {positional}", counted(parameters.len()));
        return vec![complain(span, what, usage())];
    }
    let mut reports = Vec::new();
    let mut given = vec![false; parameters.len()];
    let mut named = false;
    for (argument, place) in arguments.iter().zip(&places) {
        let at = argument.keyword.as_ref().map_or(argument.value.span, |k| k.span);
        match (&argument.keyword, place) {
            (Some(keyword), None) => {
                let hint = did_you_mean(&keyword.text, parameters.iter().map(|(name, _)| *name), &usage());
                reports.push(complain(at, format!("has no argument {}", keyword.text), hint));
            }
            (_, Some(place)) if std::mem::replace(&mut given[*place], true) => {
                reports.push(complain(at, format!("{} is given twice", parameters[*place].0), usage()));
            }
            (None, _) if named => {
                let what = "an argument without a name follows one with a name".to_string();
                reports.push(complain(at, what, "put arguments without names first".to_string()));
            }
            _ => {}
        }
        named |= argument.keyword.is_some();
    }
    let missing: Vec<&str> = parameters
        .iter()
        .zip(&given)
        .filter(|((_, free), given)| !free && !**given)
        .map(|((name, _), _)| *name)
        .collect();
    // A misspelt keyword is not also a missing argument.
    if !missing.is_empty() && reports.is_empty() {
        let verb = if missing.len() == 1 { "is" } else { "are" };
        reports.push(complain(span, format!("{} {verb} missing", missing.join(" and ")), usage()));
    }
    reports
}

fn counted(arguments: usize) -> String {
    match arguments {
        0 => "no arguments".to_string(),
        1 => "1 argument".to_string(),
        n => format!("{n} arguments"),
    }
}
