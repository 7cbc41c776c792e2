//! Recording a program: expressions to gates, calls to stages, bindings to named wires.

use super::ast::{Argument, Bind, Brackets, Expr, Kind, Link, Name, Span, StageDef, Unary};
use super::callee::{self, Callee};
use super::index;
use super::report::{Report, report};
use super::suggest::did_you_mean;
use super::value::{Known, POISON, Value, fold, operate};
use super::{Formula, Recorded};
use crate::base::{DType, limits};
use crate::circuit::{self, Arg, Args, Call, Wire, at_site};
use crate::gates::support::operands::literal;
use std::collections::{HashMap, HashSet};

/// Records the program of a formula into the open trace. `globals` has what its variables and dimensions stand for.
pub(super) fn record<'f>(formula: &'f Formula, dtype: DType, globals: HashMap<&'f str, Value>) -> Recorded {
    let bound = formula.binds().filter_map(|b| b.name.as_ref()).map(|n| n.text.as_str()).collect();
    let recorder = Recorder {
        formula,
        dtype,
        named: globals.values().filter_map(Value::has_wire).collect(),
        globals,
        bound,
        scopes: Vec::new(),
        depth: 0,
        left: limits::FORMULA_VALUES,
        stopped: false,
    };
    for name in formula.variables.iter().map(|v| v.name.as_str()) {
        recorder
            .globals
            .get(name)
            .and_then(Value::has_wire)
            .into_iter()
            .for_each(|wire| circuit::name(wire, name));
    }
    recorder.program()
}

struct Recorder<'f> {
    formula: &'f Formula,
    dtype: DType,
    /// What names outside of stages stand for so far.
    globals: HashMap<&'f str, Value>,
    /// Names that the program binds somewhere.
    bound: HashSet<&'f str>,
    /// Stages that are being recorded, innermost last.
    scopes: Vec<Scope<'f>>,
    /// Wires that have a name.
    named: HashSet<Wire>,
    /// Levels of expressions and stages that are open.
    depth: usize,
    /// How many more values may be recorded.
    left: usize,
    /// Whether more were asked for, which was reported.
    stopped: bool,
}

struct Scope<'f> {
    stage: &'f StageDef,
    locals: HashMap<&'f str, Value>,
}

impl<'f> Recorder<'f> {
    fn program(mut self) -> Recorded {
        let mut bindings = Vec::new();
        let mut output = Wire::POISON;
        for bind in self.formula.binds() {
            let value = self.bind(bind);
            output = value.has_wire().unwrap_or(Wire::POISON);
            if let Some(name) = &bind.name {
                bindings.push((name.text.clone(), output));
                self.globals.insert(&name.text, value);
            }
        }
        Recorded { bindings, output }
    }

    /// The value of a binding, as a wire of its own that has its name.
    fn bind(&mut self, bind: &'f Bind) -> Value {
        let value = self.expression(&bind.value);
        if value.is_poisoned() {
            return POISON;
        }
        match (&bind.name, self.scopes.last()) {
            (None, _) => self.with_wire(value, bind.value.span),
            (Some(name), None) => self.named(value, name.text.clone(), bind.value.span),
            (Some(name), Some(scope)) => {
                let name = format!("{}.{}", scope.stage.name.text, name.text);
                self.named(value, name, bind.value.span)
            }
        }
    }

    /// The same value with a wire, if it can have one: lists and texts that a stage passes on need none.
    fn with_wire(&self, value: Value, span: Span) -> Value {
        let inner = !self.scopes.is_empty();
        match value {
            Value::Known(known @ (Known::List(_) | Known::Text(_) | Known::None), None) if inner => {
                Value::Known(known, None)
            }
            Value::Known(known, None) => {
                let wire = Value::Known(known.clone(), None).wire(self.dtype, span);
                if wire.is_poisoned() { POISON } else { Value::Known(known, Some(wire)) }
            }
            value => value,
        }
    }

    /// The same value as a wire with this name; one that has another name is repeated.
    fn named(&mut self, value: Value, name: String, span: Span) -> Value {
        let value = self.with_wire(value, span);
        let Some(wire) = value.has_wire().filter(|w| !w.is_poisoned()) else { return value };
        let wire = if self.named.contains(&wire) { at_site(span.site(), || wire.identity()) } else { wire };
        self.named.insert(wire);
        circuit::name(wire, &name);
        match value {
            Value::Wire(_) => Value::Wire(wire),
            Value::Known(known, _) => Value::Known(known, Some(wire)),
        }
    }

    fn expression(&mut self, expr: &'f Expr) -> Value {
        if self.stopped {
            return POISON;
        }
        if self.left == 0 {
            self.stopped = true;
            let what = format!("the formula computes more than {} values", limits::FORMULA_VALUES);
            report(expr.span, what, "stages count at each call; use larger tensors and fewer calls").record();
            return POISON;
        }
        self.left -= 1;
        self.depth += 1;
        let value = match &expr.kind {
            Kind::Hole => POISON,
            Kind::Number(value) => Value::number(*value),
            Kind::Flag(flag) => Value::Known(Known::Flag(*flag), None),
            Kind::None => Value::Known(Known::None, None),
            Kind::Text(text) => Value::Known(Known::Text(text.clone()), None),
            Kind::Name(name) => self.lookup(name, expr.span),
            Kind::List(items) => {
                Value::Known(Known::List(items.iter().map(|item| self.expression(item)).collect()), None)
            }
            Kind::Unary(op, at, operand) => self.unary(*op, *at, operand),
            Kind::Chain(first, rest) => self.chain(first, rest),
            Kind::Power(base, at, exponent) => self.power(base, *at, exponent),
            Kind::Call(name, arguments, span) => self.call(name, arguments, *span),
            Kind::Index(base, brackets) => self.index(base, brackets),
        };
        self.depth -= 1;
        value
    }

    fn lookup(&self, name: &str, span: Span) -> Value {
        let local = self.scopes.last().and_then(|scope| scope.locals.get(name));
        if let Some(value) = local.or_else(|| self.globals.get(name)) {
            return value.clone();
        }
        if self.bound.contains(name) {
            if let Some(scope) = self.scopes.last() {
                let hint = format!("call {} after {name} is bound", scope.stage.name.text);
                report(span, format!("{name} is used before it is bound"), hint).record();
            }
            return POISON;
        }
        if name.parse::<DType>().is_ok() {
            return Value::Known(Known::Text(name.to_string()), None);
        }
        let hint = did_you_mean(name, self.globals.keys().copied(), "bind it, declare it or give it a value");
        report(span, format!("nothing is called {name}"), hint).record();
        POISON
    }

    fn unary(&mut self, op: Unary, at: Span, operand: &'f Expr) -> Value {
        let value = self.expression(operand);
        if value.is_poisoned() {
            return POISON;
        }
        let known = match (op, &value) {
            (Unary::Neg, Value::Known(Known::Number(number), _)) => Some(Known::Number(-number)),
            (Unary::Not, Value::Known(Known::Flag(flag), _)) => Some(Known::Flag(!flag)),
            _ => None,
        };
        let dtype = value.firm_dtype().unwrap_or(self.dtype);
        self.folded(known, value.has_wire().is_some(), || {
            let wire = value.wire(dtype, operand.span);
            at_site(at.site(), || if op == Unary::Neg { -wire } else { !wire })
        })
    }

    /// What is known, and the gate unless literals alone led here: a named constant stays visible in the circuit.
    fn folded(&self, known: Option<Known>, visible: bool, gate: impl FnOnce() -> Wire) -> Value {
        match known {
            Some(known) if !visible => Value::Known(known, None),
            Some(known) => Value::Known(known, Some(gate())),
            None => Value::Wire(gate()),
        }
    }

    fn chain(&mut self, first: &'f Expr, rest: &'f [Link]) -> Value {
        let mut left = self.expression(first);
        let mut span = first.span;
        for link in rest {
            let right = self.expression(&link.right);
            left = self.binary(link, (left, span), right);
            span = span.to(link.right.span);
        }
        left
    }

    fn binary(&mut self, link: &Link, (left, span): (Value, Span), right: Value) -> Value {
        if left.is_poisoned() || right.is_poisoned() {
            return POISON;
        }
        let known = fold(link.op, &left, &right);
        let visible = left.has_wire().or(right.has_wire()).is_some();
        let dtype = left.firm_dtype().or(right.firm_dtype()).unwrap_or(self.dtype);
        self.folded(known, visible, || {
            let (a, b) = (left.wire(dtype, span), right.wire(dtype, link.right.span));
            at_site(link.at.site(), || operate(link.op, a, b))
        })
    }

    fn power(&mut self, base: &'f Expr, at: Span, exponent: &'f Expr) -> Value {
        let (x, y) = (self.expression(base), self.expression(exponent));
        if x.is_poisoned() || y.is_poisoned() {
            return POISON;
        }
        let whole = y.known_number().filter(|n| n.fract() == 0.0 && n.abs() <= f64::from(i32::MAX));
        let known = match (x.known_number(), y.known_number()) {
            (Some(a), Some(b)) => Some(Known::Number(a.powf(b))),
            _ => None,
        };
        let dtype = x.firm_dtype().or(y.firm_dtype()).unwrap_or(self.dtype);
        self.folded(known, x.has_wire().or(y.has_wire()).is_some(), || {
            let x = x.wire(dtype, base.span);
            match whole {
                Some(n) => at_site(at.site(), || x.powi(n as i64)),
                None => {
                    let y = y.wire(dtype, exponent.span);
                    at_site(at.site(), || x.pow(y))
                }
            }
        })
    }

    fn index(&mut self, base: &'f Expr, brackets: &'f [Brackets]) -> Value {
        let value = self.expression(base);
        let dtype = value.firm_dtype().unwrap_or(self.dtype);
        let entries: Vec<Vec<index::Entry>> = brackets
            .iter()
            .map(|b| b.entries.iter().map(|e| index::entry(e, &mut |x| self.expression(x))).collect())
            .collect();
        if value.is_poisoned() {
            return POISON;
        }
        let wire = value.wire(dtype, base.span);
        Value::Wire(
            brackets.iter().zip(entries).fold(wire, |wire, (b, entries)| index::pick(wire, b.span, &entries)),
        )
    }

    fn call(&mut self, name: &'f Name, arguments: &'f [Argument], span: Span) -> Value {
        let stage = self.formula.stage(&name.text).map(Callee::Stage);
        // One that is not known, and arguments that don't fit, were reported when the formula was read.
        let Some(callee) = stage.or_else(|| callee::builtin(&name.text)) else { return POISON };
        let values: Vec<Value> = arguments.iter().map(|a| self.expression(&a.value)).collect();
        let fits = callee::mismatches(&callee, arguments, span).is_empty();
        if !fits || values.iter().any(Value::is_poisoned) {
            return POISON;
        }
        let places = callee::matched(&callee.parameters(), arguments).into_iter().flatten();
        let given =
            places.zip(values).zip(arguments).map(|((at, value), a)| (at, value, a.value.span)).collect();
        match callee {
            Callee::Stage(stage) => self.call_stage(stage, given, span),
            Callee::Builtin(name, call) => self.call_builtin(name, call, given, span),
        }
    }

    fn call_builtin(
        &self,
        function: &str,
        call: Call,
        given: Vec<(usize, Value, Span)>,
        span: Span,
    ) -> Value {
        let names: Vec<&'static str> = call.parameters().map(|(name, _)| name).collect();
        let dtype = given.iter().find_map(|(_, value, _)| value.firm_dtype()).unwrap_or(self.dtype);
        let mut arguments = Vec::new();
        for (at, value, span) in given {
            let named =
                if let Value::Known(Known::Number(_), Some(wire)) = value { Some(wire) } else { None };
            arguments.push((names[at], value.argument(dtype, span)));
            arguments.extend(named.map(|wire| (names[at], Arg::Wire(wire))));
        }
        let args = Args { function, given: arguments, dtype: self.dtype, literal };
        Value::Wire(at_site(span.site(), || (call.build)(&args)))
    }

    /// Opens the stage, binds its parameters to wires of its own, and records its body.
    fn call_stage(&mut self, stage: &'f StageDef, given: Vec<(usize, Value, Span)>, span: Span) -> Value {
        let name = &stage.name.text;
        // One that calls itself was reported when the formula was read.
        if stage.body.is_empty() || self.scopes.iter().any(|scope| std::ptr::eq(scope.stage, stage)) {
            return POISON;
        }
        let deepest = stage.body.iter().map(|bind| bind.value.height).max().unwrap_or(0);
        if self.depth + deepest > limits::FORMULA_DEPTH {
            let what = format!(
                "with the stages that it calls, this is nested deeper than {}",
                limits::FORMULA_DEPTH
            );
            Report { span, gate: name.clone(), what, hint: "give inner parts names of their own".into() }
                .record();
            return POISON;
        }
        let dtype = given.iter().find_map(|(_, value, _)| value.firm_dtype()).unwrap_or(self.dtype);
        let mut locals = HashMap::new();
        for (at, value, span) in given {
            let name = &stage.parameters[at];
            locals.insert(name.text.as_str(), self.parameter(value, name, stage, dtype, span));
        }
        let inputs: Vec<Wire> =
            stage.parameters.iter().filter_map(|p| locals.get(p.text.as_str())?.has_wire()).collect();
        self.scopes.push(Scope { stage, locals });
        let mut result = POISON;
        at_site(span.site(), || {
            circuit::composed(name, &inputs, || {
                result = self.body(stage);
                result.has_wire().into_iter().collect::<Vec<Wire>>()
            })
        });
        self.scopes.pop();
        result
    }

    /// What a parameter stands for: a wire of its own, so that the stage's inputs are told apart from what else uses the value.
    fn parameter(&mut self, value: Value, name: &Name, stage: &StageDef, dtype: DType, span: Span) -> Value {
        let qualified = format!("{}.{}", stage.name.text, name.text);
        let own = match value {
            Value::Wire(wire) => Value::Wire(at_site(span.site(), || wire.identity())),
            Value::Known(known, Some(wire)) => {
                Value::Known(known, Some(at_site(span.site(), || wire.identity())))
            }
            Value::Known(known @ (Known::Number(_) | Known::Flag(_)), None) => {
                let wire = Value::Known(known.clone(), None).wire(dtype, span);
                Value::Known(known, Some(wire))
            }
            Value::Known(known, None) => return Value::Known(known, None),
        };
        self.named.extend(own.has_wire());
        own.has_wire().into_iter().for_each(|wire| circuit::name(wire, &qualified));
        own
    }

    fn body(&mut self, stage: &'f StageDef) -> Value {
        let mut result = POISON;
        for bind in &stage.body {
            result = self.bind(bind);
            if let (Some(name), Some(scope)) = (&bind.name, self.scopes.last_mut()) {
                scope.locals.insert(&name.text, result.clone());
            }
        }
        result
    }
}
