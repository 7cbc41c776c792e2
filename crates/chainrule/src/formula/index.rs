//! Indices and slices: `a[1:3, ::2, -1]`, `a[..., 0]`, `a[none]`, `a[i]` with a computed `i`.

use super::ast::{Expr, Span, Subscript, SubscriptKind};
use super::report::{Report, report};
use super::value::{Known, Value};
use crate::circuit::{Wire, at_site};

/// One subscript, as far as it is known before the shape is.
pub(super) struct Entry {
    span: Span,
    kind: Kind,
}

enum Kind {
    At(f64),
    Range([Option<f64>; 3]),
    Rest,
    NewAxis,
    Take(Wire),
    /// Neither a number nor a wire.
    Wrong(&'static str, &'static str),
    Poison,
}

/// Reads a subscript, its parts through `value`.
pub(super) fn entry<'f>(subscript: &'f Subscript, value: &mut impl FnMut(&'f Expr) -> Value) -> Entry {
    let kind = match &subscript.kind {
        SubscriptKind::Rest => Kind::Rest,
        SubscriptKind::At(at) => match value(at) {
            value if value.is_poisoned() => Kind::Poison,
            Value::Known(Known::Number(at), _) => Kind::At(at),
            Value::Known(Known::None, _) => Kind::NewAxis,
            list @ Value::Known(Known::List(_), _) => Kind::Take(list.wire(crate::base::DType::I64, at.span)),
            Value::Wire(wire) => Kind::Take(wire),
            Value::Known(..) => {
                Kind::Wrong("an index is no number", "indices are whole numbers, lists of them, or wires")
            }
        },
        SubscriptKind::Range(parts) => {
            let mut numbers = [None; 3];
            let mut kind = None;
            for (number, part) in numbers.iter_mut().zip(parts) {
                match part.as_ref().map(|part| value(part)) {
                    None | Some(Value::Known(Known::None, _)) => {}
                    Some(Value::Known(Known::Number(value), _)) => *number = Some(value),
                    Some(value) if value.is_poisoned() => kind = Some(Kind::Poison),
                    Some(_) => {
                        let what = "a slice from or to something that is not known before the formula runs";
                        kind = Some(Kind::Wrong(
                            what,
                            "write numbers or dimension names, or take with an index",
                        ));
                    }
                }
            }
            kind.unwrap_or(Kind::Range(numbers))
        }
    };
    Entry { span: subscript.span, kind }
}

/// Part of an axis that stays: elements `from`, `from + step`, ... before `to`; reversed afterwards if it was written so.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Part {
    from: usize,
    to: usize,
    step: usize,
    reversed: bool,
}

/// What becomes of the axes.
#[derive(Default)]
struct Picking {
    parts: Vec<Part>,
    /// The axis that a computed index takes from, and the index.
    take: Option<(usize, Wire, Span)>,
    /// The lengths in the end; None for the axes of the computed index.
    dims: Vec<Option<usize>>,
}

/// Records what one pair of brackets picks.
pub(super) fn pick(wire: Wire, span: Span, entries: &[Entry]) -> Wire {
    if wire.is_poisoned() || entries.iter().any(|e| matches!(e.kind, Kind::Poison)) {
        return Wire::POISON;
    }
    let dims = wire.shape().dims();
    match plan(&dims, span, entries) {
        Ok(picking) => apply(wire, &dims, span, picking),
        Err(report) => {
            report.record();
            Wire::POISON
        }
    }
}

fn plan(dims: &[usize], span: Span, entries: &[Entry]) -> Result<Picking, Report> {
    let used = entries.iter().filter(|e| !matches!(e.kind, Kind::Rest | Kind::NewAxis)).count();
    if used > dims.len() {
        let indices = if used == 1 { "an index".to_string() } else { format!("{used} indices") };
        let (of, hint) = match dims.len() {
            0 => (
                "a single number".to_string(),
                "declare its shape, as in input x: f64[3, 4], or give it a value".to_string(),
            ),
            1 => ("a value with 1 axis".to_string(), format!("its shape is {dims:?}")),
            axes => (format!("a value with {axes} axes"), format!("its shape is {dims:?}")),
        };
        return Err(report(span, format!("{indices} for {of}"), hint));
    }
    let mut rest = dims.len() - used;
    let mut picking = Picking::default();
    for entry in entries {
        let axis = picking.parts.len();
        match &entry.kind {
            Kind::Rest => picking.whole(dims, std::mem::take(&mut rest)),
            Kind::NewAxis => picking.dims.push(Some(1)),
            Kind::At(at) => {
                let from = position(entry.span, *at, dims[axis])?;
                picking.parts.push(Part { from, to: from + 1, step: 1, reversed: false });
            }
            Kind::Range(numbers) => {
                let part = part(entry.span, *numbers, dims[axis])?;
                picking.dims.push(Some((part.to - part.from).div_ceil(part.step)));
                picking.parts.push(part);
            }
            Kind::Take(index) => {
                if picking.take.is_some() {
                    let what = "two computed indices in one pair of brackets";
                    return Err(report(
                        entry.span,
                        what,
                        "a[i][:, j] takes rows, then columns; gather takes single elements",
                    ));
                }
                picking.take = Some((axis, *index, entry.span));
                picking.dims.push(None);
                picking.parts.push(Part { from: 0, to: dims[axis], step: 1, reversed: false });
            }
            Kind::Wrong(what, hint) => return Err(report(entry.span, *what, *hint)),
            Kind::Poison => {}
        }
    }
    // Axes without an index stay whole.
    picking.whole(dims, dims.len() - picking.parts.len());
    Ok(picking)
}

impl Picking {
    fn whole(&mut self, dims: &[usize], axes: usize) {
        for _ in 0..axes {
            let length = dims[self.parts.len()];
            self.dims.push(Some(length));
            self.parts.push(Part { from: 0, to: length, step: 1, reversed: false });
        }
    }
}

fn whole_number(span: Span, number: f64) -> Result<i64, Report> {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        Ok(number as i64)
    } else {
        Err(report(span, format!("the index {number}"), "indices are whole numbers"))
    }
}

fn position(span: Span, at: f64, length: usize) -> Result<usize, Report> {
    let at = whole_number(span, at)?;
    let counted = if at < 0 { at + length as i64 } else { at };
    if (0..length as i64).contains(&counted) {
        return Ok(counted as usize);
    }
    let hint = match length {
        0 => "the axis is empty".to_string(),
        _ => format!("indices go from 0 to {}, or from -{length} to -1", length - 1),
    };
    Err(report(span, format!("index {at} on an axis of length {length}"), hint))
}

/// A slice as Python reads it: bounds beyond the ends are cut.
fn part(span: Span, [from, to, step]: [Option<f64>; 3], length: usize) -> Result<Part, Report> {
    let read = |number: Option<f64>| number.map(|n| whole_number(span, n)).transpose();
    let (from, to, step) = (read(from)?, read(to)?, read(step)?.unwrap_or(1));
    let n = length as i64;
    let counted = |at: i64, low: i64, high: i64| (if at < 0 { at + n } else { at }).clamp(low, high);
    if step == 0 {
        return Err(report(span, "a slice with step 0", "steps are 1 or more, or negative to go backwards"));
    }
    if step > 0 {
        let from = from.map_or(0, |at| counted(at, 0, n));
        let to = to.map_or(n, |at| counted(at, 0, n)).max(from);
        return Ok(Part { from: from as usize, to: to as usize, step: step as usize, reversed: false });
    }
    let from = from.map_or(n - 1, |at| counted(at, -1, n - 1));
    let to = to.map_or(-1, |at| counted(at, -1, n - 1));
    let stride = -step;
    // Forwards it begins where backwards it ends.
    let count = if from > to { (from - to + stride - 1) / stride } else { 0 };
    let first = if count == 0 { 0 } else { from - (count - 1) * stride };
    let end = if count == 0 { 0 } else { from + 1 };
    Ok(Part { from: first as usize, to: end as usize, step: stride as usize, reversed: true })
}

fn apply(wire: Wire, dims: &[usize], span: Span, picking: Picking) -> Wire {
    at_site(span.site(), || {
        let mut wire = wire;
        let whole = |(part, &length): (&Part, &usize)| part.from == 0 && part.to == length && part.step == 1;
        if !picking.parts.iter().zip(dims).all(whole) {
            let each = |f: fn(&Part) -> usize| picking.parts.iter().map(f).collect::<Vec<usize>>();
            wire = wire.slice(&each(|p| p.from), &each(|p| p.to), &each(|p| p.step));
        }
        let backwards: Vec<i64> =
            (0..).zip(&picking.parts).filter(|(_, p)| p.reversed).map(|(axis, _)| axis).collect();
        if !backwards.is_empty() {
            wire = wire.reverse(&backwards);
        }
        let mut taken = Vec::new();
        if let Some((axis, index, place)) = picking.take {
            wire = at_site(place.site(), || wire.take(index, axis as i64));
            taken = index.shape().dims();
        }
        let dims: Vec<usize> = picking
            .dims
            .iter()
            .flat_map(|d| d.map_or_else(|| taken.clone(), |length| vec![length]))
            .collect();
        let same = wire.is_poisoned() || wire.shape().dims() == dims;
        if same { wire } else { wire.reshape(&dims) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The elements that a slice keeps, in order.
    fn kept(numbers: [Option<i64>; 3], length: usize) -> Vec<usize> {
        let part = part(Span::default(), numbers.map(|n| n.map(|n| n as f64)), length).unwrap();
        let mut kept: Vec<usize> = (part.from..part.to).step_by(part.step).collect();
        if part.reversed {
            kept.reverse();
        }
        kept
    }

    #[test]
    fn slices_are_read_as_python_reads_them() {
        let all = [None, None, None];
        assert_eq!(kept(all, 3), [0, 1, 2]);
        assert_eq!(kept([Some(1), Some(3), None], 5), [1, 2]);
        assert_eq!(kept([None, None, Some(2)], 5), [0, 2, 4]);
        assert_eq!(kept([Some(-2), None, None], 5), [3, 4]);
        assert_eq!(kept([None, Some(-1), None], 5), [0, 1, 2, 3]);
        assert_eq!(kept([Some(9), Some(12), None], 5), [0; 0]);
        assert_eq!(kept([Some(3), Some(1), None], 5), [0; 0]);
        assert_eq!(kept([None, None, Some(-1)], 4), [3, 2, 1, 0]);
        assert_eq!(kept([None, None, Some(-2)], 4), [3, 1]);
        assert_eq!(kept([Some(3), Some(0), Some(-1)], 4), [3, 2, 1]);
        assert_eq!(kept([Some(9), None, Some(-3)], 5), [4, 1]);
        assert_eq!(kept([None, None, Some(-1)], 0), [0; 0]);
        assert_eq!(kept([Some(0), Some(3), Some(-1)], 5), [0; 0]);
    }
}
