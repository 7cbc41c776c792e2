//! Steps that go over one matrix together. A product of a matrix with a vector takes as long as reading the matrix; where a
//! later product reads the same matrix the other way, as the gradient of the first one does, and what lies between goes along
//! its rows, all of them are done for some rows, then for the next ones. The later product then finds the matrix in the
//! second-level cache. No bit depends on that: every number is computed in the order in which it always is.

use super::emit::NONE;
use super::lower::{Alone, Draft, Lowering, Role, SweepDraft};
use super::{Array, Factor, Product, product};
use crate::base::DType;
use crate::circuit::Class;
use std::ops::Range;

/// Bytes of the matrix that are done together: so many that they stay in the second-level cache beside all else.
const BYTES: usize = 256 << 10;

/// Fewer rows would be less than a tile of a sweep.
const FEWEST_ROWS: usize = 128;

/// Most steps of a group, and most steps that are put off for it.
pub const MOST: usize = 8;

/// What a step does of the rows that it is given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// Their elements of a product with a vector.
    Result,
    /// Their terms of one.
    Depth,
    /// The whole tiles of a sweep.
    Tiles,
}

/// Steps that go over one matrix together, some rows at a time.
#[derive(Clone, Debug)]
pub struct Strips {
    /// The first of them; the others follow.
    pub first: usize,
    /// What each of them does.
    pub parts: Vec<Part>,
    /// Rows of the matrix.
    pub rows: usize,
    /// So many are done together, about.
    pub each: usize,
}

impl Strips {
    /// The steps.
    pub fn steps(&self) -> Range<usize> {
        self.first..self.first + self.parts.len()
    }

    /// What is said of one of the steps.
    pub(super) fn describe(&self, step: usize) -> String {
        if step == self.first {
            format!("{} rows at a time with the next {}", self.each, self.parts.len() - 1)
        } else {
            "in turns".into()
        }
    }

    /// The group that a step belongs to, of groups in order.
    pub(super) fn around(groups: &[Strips], step: usize) -> Option<&Strips> {
        let after = groups.partition_point(|group| group.first <= step);
        groups[..after].last().filter(|group| group.steps().contains(&step))
    }
}

/// A group as it is found: the numbers of steps.
struct Group {
    steps: Vec<u32>,
    parts: Vec<Part>,
    /// Steps between them, which can come later.
    later: Vec<u32>,
    /// The rows of the matrix, and how many are done together.
    rows: usize,
    each: usize,
}

/// Brings the steps of each group together, and says which those are.
pub(super) fn gather(lowering: &mut Lowering<'_>) -> Vec<Strips> {
    let mut order: Vec<u32> = Vec::with_capacity(lowering.drafts.len());
    let mut groups = Vec::new();
    let mut next = 0;
    while (next as usize) < lowering.drafts.len() {
        let Some(group) = Group::from(lowering, next) else {
            order.push(next);
            next += 1;
            continue;
        };
        let Group { steps, parts, later, rows, each } = group;
        next += (steps.len() + later.len()) as u32;
        groups.push(Strips { first: order.len(), rows, each, parts });
        order.extend(steps);
        order.extend(later);
    }
    if !groups.is_empty() {
        lowering.reorder(&order);
    }
    groups
}

impl Group {
    /// The group that begins with a step, if one does.
    fn from(lowering: &Lowering<'_>, first: u32) -> Option<Group> {
        let (matrix, Part::Result) = matrix_of(lowering, first)? else { return None };
        let mut group = Group {
            steps: vec![first],
            parts: vec![Part::Result],
            later: Vec::new(),
            rows: matrix.rows,
            each: BYTES / matrix.row_bytes.max(1),
        };
        if group.each < FEWEST_ROWS || group.rows < 2 * group.each {
            return None;
        }
        let mut end = (1, 0);
        for step in (first + 1..lowering.drafts.len() as u32).take(2 * MOST) {
            let (part, again) = match &lowering.drafts[step as usize] {
                Draft::Product(_) => match matrix_of(lowering, step) {
                    Some((other, part)) if other == matrix => (Some(part), true),
                    _ => (None, false),
                },
                Draft::Sweep(sweep) => (group.goes_along(sweep).then_some(Part::Tiles), false),
                _ => (None, false),
            };
            match part.filter(|&part| group.may_take(lowering, step, part)) {
                Some(part) => {
                    group.steps.push(step);
                    group.parts.push(part);
                    if again {
                        end = (group.steps.len(), group.later.len());
                    }
                }
                None => group.later.push(step),
            }
            if group.steps.len() == MOST || group.later.len() == MOST {
                break;
            }
        }
        group.steps.truncate(end.0);
        group.parts.truncate(end.0);
        group.later.truncate(end.1);
        (end.0 > 1).then_some(group)
    }

    /// Whether a sweep has one element for each row of the matrix.
    fn goes_along(&self, sweep: &SweepDraft) -> bool {
        let simple = |role: Role| matches!(role, Role::Full | Role::Sink(_));
        sweep.elements == self.rows
            && sweep.row.is_none()
            && sweep.members.iter().all(|member| simple(member.role))
    }

    /// Whether a step reads of the group's results nothing but the rows that it is given, and nothing that comes later.
    fn may_take(&self, lowering: &Lowering<'_>, step: u32, part: Part) -> bool {
        let made = |root: u32| lowering.step[root as usize];
        let inside = |root: u32| self.steps.contains(&made(root));
        let by_row = |root: u32| match &lowering.drafts[made(root) as usize] {
            Draft::Product(_) => {
                let at = self.steps.iter().position(|&step| step == made(root));
                at.is_some_and(|at| self.parts[at] == Part::Result)
            }
            Draft::Sweep(sweep) => sweep.members.iter().any(|m| m.node == root && m.role == Role::Full),
            _ => false,
        };
        let draft = &lowering.drafts[step as usize];
        if lowering.reads(draft).iter().any(|&root| self.later.contains(&made(root))) {
            return false;
        }
        match draft {
            Draft::Sweep(sweep) => sweep.members.iter().all(|member| {
                lowering.circuit.inputs_of(member.node).iter().all(|&wire| {
                    let root = lowering.root[wire as usize];
                    !inside(root) || (by_row(root) && lowering.view(wire).is_whole(self.rows))
                })
            }),
            Draft::Product(alone) => alone.inputs.iter().all(|input| {
                let along = part == Part::Depth && input.view.is_contiguous() && input.view.offset == 0;
                !inside(input.root) || (along && by_row(input.root))
            }),
            _ => false,
        }
    }
}

/// A matrix that products with vectors read. The elements of a row lie side by side.
#[derive(PartialEq, Eq)]
struct Matrix {
    root: u32,
    offset: usize,
    rows: usize,
    /// From row to row.
    step: usize,
    row_bytes: usize,
}

/// The matrix of a step that is a product with a vector, seen along the axis whose rows can be done apart. Where the elements of
/// a sum lie side by side, those are the elements of the result; where those of the result do, the terms, which are then added in
/// their order.
fn matrix_of(lowering: &Lowering<'_>, step: u32) -> Option<(Matrix, Part)> {
    let Draft::Product(alone) = &lowering.drafts[step as usize] else { return None };
    let Product { m, k, n, a, b, dtype, .. } = sizes(lowering, alone)?;
    let (matrix, length, [to_result, to_term]) = match (m, n) {
        (1, 1) => return None,
        (_, 1) => (a, m, [a.row, a.col]),
        (1, _) => (b, n, [b.col, b.row]),
        _ => return None,
    };
    let (part, rows, columns, step) = match [to_result, to_term] {
        [step, 1] if step > 1 => (Part::Result, length, k, step),
        [1, step] if step > 1 => (Part::Depth, k, length, step),
        _ => return None,
    };
    let Factor { value: root, offset, .. } = matrix;
    Some((Matrix { root, offset, rows, step, row_bytes: columns * dtype.bytes() }, part))
}

/// A product of two matrices of floats, with roots for values.
fn sizes(lowering: &Lowering<'_>, alone: &Alone) -> Option<Product> {
    let dtype = lowering.spec(alone.inputs[0].root).dtype;
    let is_product = matches!(lowering.circuit.node(alone.node).gate.class, Class::Product);
    if !is_product || !matches!(dtype, DType::F32 | DType::F64) {
        return None;
    }
    let [a, b] = [0, 1].map(|i| Array { value: alone.inputs[i].root, view: alone.inputs[i].view, dtype });
    let product = product::emit(a, b, NONE, false);
    product.batch.is_empty().then_some(product)
}
