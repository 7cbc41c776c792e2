//! Which gates share a step. One walk over the circuit in numeric order, which is topological: every gate joins the step
//! of its inputs where it can, or a new one at the end. So a step's inputs always come from earlier steps.

use super::{Plan, emit, emit::Survey, order, strips};
use crate::base::{DType, Shape, Spec, Strided};
use crate::circuit::{Circuit, Class};
use crate::numeric::reduce::Reduce;
use std::collections::{HashMap, HashSet};

/// Longest row that a sweep folds in one piece: its tiles stay in the first-level cache.
const LONGEST_ROW: usize = 4096;

/// Most inputs of a sweep that are remembered to find gates which read the same.
const MOST_LOADS: usize = 16;

/// The step of a value that is there before the first step: an input or a constant.
pub(super) const BEFORE: u32 = u32::MAX;

/// A step as it grows.
pub(super) enum Draft {
    Sweep(SweepDraft),
    Scalars(Vec<u32>),
    /// The node is the product, or a sum over its batch that takes its place.
    Product(Alone),
    /// A view gets memory of its own.
    Copy {
        root: u32,
        from: Source,
    },
    Kernel(Alone),
    Control(Alone),
}

/// A gate with a step of its own.
pub(super) struct Alone {
    pub node: u32,
    pub inputs: Vec<Source>,
}

/// Elements in the memory of a root.
#[derive(Clone, Copy)]
pub(super) struct Source {
    pub root: u32,
    pub view: Strided,
}

/// A sweep as it grows.
pub(super) struct SweepDraft {
    /// Elements of each full value.
    pub elements: usize,
    /// Length of a row, once something asks for rows.
    pub row: Option<usize>,
    /// What it computes, in order.
    pub members: Vec<Member>,
    /// What it reads from memory.
    pub loads: Vec<u32>,
}

/// A node that a sweep computes.
#[derive(Clone, Copy)]
pub(super) struct Member {
    pub node: u32,
    pub role: Role,
}

/// What a sweep does for a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Role {
    /// One number for each element.
    Full,
    /// One number for each row.
    Row,
    /// Folds each row to one number.
    FoldRows(Reduce),
    /// Folds everything to one number, or rows to one row; ready after the sweep.
    Sink(Reduce),
}

/// How a gate reads a wire of the same sweep without going through memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Link {
    /// Element by element.
    Same,
    /// A number of each row repeated along it.
    Spread,
}

pub(super) struct Lowering<'a> {
    pub circuit: &'a Circuit,
    /// Whether every gate gets a step of its own, for tests.
    pub(super) apart: bool,
    /// Nodes that have to wait for their turn; none where it is empty.
    late: &'a [bool],
    /// The first step that each late gate may join.
    horizons: HashMap<u32, u32>,
    pub live: Vec<bool>,
    /// The node whose memory a node's elements lie in: itself, but for views. Copies are roots that are no nodes: their
    /// numbers follow those of the circuit.
    pub root: Vec<u32>,
    /// What the copies are.
    copies: Vec<Spec>,
    /// The copy of a view.
    copy_of: HashMap<u32, u32>,
    /// Where in its root's memory a view's elements lie.
    pub views: HashMap<u32, Strided>,
    /// The step that computes a root.
    pub step: Vec<u32>,
    pub drafts: Vec<Draft>,
    /// For roots in sweeps: their role there.
    roles: HashMap<u32, Role>,
    /// Single numbers that are repeated along an array.
    spread: HashSet<u32>,
    /// Where the elements of views lie that sweeps read copies of.
    turned: HashMap<u32, Source>,
    /// How many read each product: a sum takes the place of a product that nobody else reads.
    readers: HashMap<u32, u32>,
    /// Gates that wait for their first reader; see `deferred`.
    pub(super) deferred: HashSet<u32>,
    /// The latest sweep over so many elements.
    latest: HashMap<usize, u32>,
    latest_scalars: Option<u32>,
}

/// Lays out the gates that some wires need; those are the outputs of the plan. Gates that are flagged as late join no step
/// from before their turn: see `recompute`.
pub(super) fn lower(circuit: &Circuit, wanted: &[u32], late: &[bool]) -> (Plan, Survey) {
    lower_by(circuit, wanted, late, Sharing { steps: true, places: true })
}

/// What gates and values may share; all of it, but in tests.
#[derive(Clone, Copy)]
pub(super) struct Sharing {
    /// Gates share steps.
    pub steps: bool,
    /// Values share places in memory.
    pub places: bool,
}

/// The same with less sharing.
pub(super) fn lower_by(circuit: &Circuit, wanted: &[u32], late: &[bool], sharing: Sharing) -> (Plan, Survey) {
    let mut lowering = Lowering {
        circuit,
        apart: !sharing.steps,
        late,
        horizons: HashMap::new(),
        live: circuit.reached_from(wanted),
        root: (0..circuit.len() as u32).collect(),
        copies: Vec::new(),
        copy_of: HashMap::new(),
        views: HashMap::new(),
        step: vec![BEFORE; circuit.len()],
        drafts: Vec::new(),
        roles: HashMap::new(),
        spread: HashSet::new(),
        turned: HashMap::new(),
        readers: HashMap::new(),
        deferred: HashSet::new(),
        latest: HashMap::new(),
        latest_scalars: None,
    };
    lowering.find_spread();
    lowering.count_readers(wanted);
    for index in 0..circuit.len() as u32 {
        if circuit.node(index).part == 0
            && (index..index + circuit.node(index).parts).any(|i| lowering.live[i as usize])
        {
            lowering.set_horizon(index);
            lowering.place(index);
        }
    }
    lowering.settle_all();
    order::arrange(&mut lowering, wanted);
    let groups = if sharing.steps { strips::gather(&mut lowering) } else { Vec::new() };
    emit::emit(lowering, groups, wanted, sharing.places)
}

impl Lowering<'_> {
    fn is_late(&self, index: u32) -> bool {
        self.late.get(index as usize) == Some(&true)
    }

    /// Late gates in a row are the copies that one reader asked for.
    fn set_horizon(&mut self, index: u32) {
        if self.is_late(index) {
            let before = index.checked_sub(1).and_then(|before| self.horizons.get(&before)).copied();
            self.horizons.insert(index, before.unwrap_or(self.drafts.len() as u32));
        }
    }

    /// Whether a gate may join a step at all.
    pub(super) fn may_join(&self, index: u32, step: u32) -> bool {
        self.horizons.get(&index).is_none_or(|&horizon| step >= horizon)
    }

    /// Number of elements of a node.
    pub(super) fn elements(&self, node: u32) -> usize {
        self.circuit.node(node).spec.shape.elements()
    }

    /// The elements of a node in its root's memory.
    pub fn view(&self, node: u32) -> Strided {
        let whole = || Strided::whole(self.circuit.node(node).spec.shape);
        self.views.get(&node).copied().unwrap_or_else(whole)
    }

    /// The step that a node's memory comes from; `None` if it is there before the first.
    fn made_by(&self, node: u32) -> Option<u32> {
        let step = self.step[self.root[node as usize] as usize];
        (step != BEFORE).then_some(step)
    }

    /// Finds the single numbers that a view repeats.
    fn find_spread(&mut self) {
        let mut origin: HashMap<u32, u32> = HashMap::new();
        for (index, node) in self.circuit.gates().filter(|(index, _)| self.live[*index as usize]) {
            if let Class::View(_) = node.gate.class {
                let input = self.circuit.inputs_of(index)[0];
                let from = origin.get(&input).copied().unwrap_or(input);
                origin.insert(index, from);
                if node.spec.shape.elements() > 1 && self.elements(from) == 1 {
                    self.spread.insert(from);
                }
            }
        }
    }

    fn count_readers(&mut self, wanted: &[u32]) {
        let circuit = self.circuit;
        let live = circuit.gates().filter(|(index, _)| self.live[*index as usize]);
        let read = live.flat_map(|(index, _)| circuit.inputs_of(index)).chain(wanted);
        for &wire in read.filter(|&&wire| matches!(circuit.node(wire).gate.class, Class::Product)) {
            *self.readers.entry(wire).or_default() += 1;
        }
    }

    /// Whether a reduction is a sum over the batch of a product. It then always is a sum of products, whoever else reads the
    /// product: what decides about bits is the circuit before it is laid out, never a neighbour.
    fn sums_product(&self, index: u32, fold: Reduce, layout: Layout) -> bool {
        let product = self.circuit.inputs_of(index)[0];
        let (spec, shape) = (self.circuit.node(product).spec, self.circuit.node(index).spec.shape);
        let is_product = matches!(self.circuit.node(product).gate.class, Class::Product);
        let rank = spec.shape.rank();
        let matrix = |shape: Shape| shape.iter().rev().take(2).eq(spec.shape.iter().rev().take(2));
        let over_batch =
            matches!(layout, Layout::Leading { .. }) && shape.rank() == 2 && rank > 2 && matrix(shape);
        is_product && fold == Reduce::Sum && over_batch
    }

    /// Places a sum of products: where nobody else reads the product, in its place.
    fn place_sum(&mut self, index: u32) {
        let product = self.circuit.inputs_of(index)[0];
        if let (Some(1), Some(step)) = (self.readers.get(&product), self.made_by(product))
            && let Draft::Product(alone) = &mut self.drafts[step as usize]
        {
            alone.node = index;
            self.step[index as usize] = step;
            return;
        }
        let alone = Alone { node: index, ..self.factors(product) };
        self.append(index, Draft::Product(alone));
    }

    /// A product with its factors where they lie. Of views that sweeps read copies of it reads none: the order of a sum may
    /// follow from strides where one side is a vector, and copies are there for neighbours.
    fn factors(&mut self, node: u32) -> Alone {
        let circuit = self.circuit;
        let input = |&wire: &u32| {
            let source = self.turned.get(&wire).copied().unwrap_or_else(|| self.source(wire));
            let forward = source.view.strides().iter().all(|&stride| stride >= 0);
            if forward { source } else { self.copied(wire) }
        };
        Alone { node, inputs: circuit.inputs_of(node).iter().map(input).collect() }
    }

    fn place(&mut self, index: u32) {
        let node = self.circuit.node(index);
        self.settle_unless_joinable(index);
        if matches!(node.gate.class, Class::Elementwise(_) | Class::Reduce(_, Some(_))) {
            self.turn_inputs(index);
        }
        match node.gate.class {
            Class::Input | Class::Constant => {}
            Class::View(_) => self.place_view(index),
            Class::Elementwise(_) if self.elements(index) == 1 => self.place_scalar(index),
            Class::Elementwise(_) if self.can_wait(index) => {
                self.deferred.insert(index);
            }
            Class::Elementwise(_) => self.place_elementwise(index),
            Class::Reduce(_, Some(fold)) if self.sweeps_fold(index) => self.place_reduction(index, fold),
            Class::Product => {
                let alone = self.factors(index);
                self.append(index, Draft::Product(alone));
            }
            Class::Control(_) => {
                let alone = self.alone(index, Strided::is_contiguous);
                self.append(index, Draft::Control(alone));
            }
            Class::Contract(_, readable, _) => {
                let alone = self.alone(index, |view| view.is_contiguous() || readable(view));
                self.append(index, Draft::Kernel(alone));
            }
            _ => self.place_kernel(index),
        }
    }

    fn place_kernel(&mut self, index: u32) {
        let alone = self.alone(index, Strided::is_contiguous);
        self.append(index, Draft::Kernel(alone));
    }

    fn append(&mut self, index: u32, draft: Draft) {
        let step = self.drafts.len() as u32;
        for part in index..index + self.circuit.node(index).parts {
            self.step[part as usize] = step;
        }
        self.drafts.push(draft);
    }

    /// A gate with its inputs, of which those that it can't read as they lie are copied.
    fn alone(&mut self, node: u32, readable: impl Fn(&Strided) -> bool) -> Alone {
        let circuit = self.circuit;
        let input = |&wire: &u32| match self.source(wire) {
            source if readable(&source.view) => source,
            _ => self.copied(wire),
        };
        Alone { node, inputs: circuit.inputs_of(node).iter().map(input).collect() }
    }

    /// Where a wire's elements lie.
    pub fn source(&self, wire: u32) -> Source {
        Source { root: self.root[wire as usize], view: self.view(wire) }
    }

    /// The step of scalars that computes a single number, if one does.
    pub fn scalars_of(&self, wire: u32) -> Option<u32> {
        let step = self.made_by(wire).filter(|_| self.elements(wire) == 1)?;
        matches!(self.drafts[step as usize], Draft::Scalars(_)).then_some(step)
    }

    /// The roots that a step reads, those that it makes itself included.
    pub fn reads(&self, draft: &Draft) -> Vec<u32> {
        let of_node = |&node: &u32| self.circuit.inputs_of(node).iter().map(|&wire| self.root[wire as usize]);
        match draft {
            Draft::Sweep(sweep) => sweep.members.iter().flat_map(|member| of_node(&member.node)).collect(),
            Draft::Scalars(members) => members.iter().flat_map(of_node).collect(),
            Draft::Copy { from, .. } => vec![from.root],
            Draft::Product(alone) | Draft::Kernel(alone) | Draft::Control(alone) => {
                alone.inputs.iter().map(|input| input.root).collect()
            }
        }
    }

    /// Whether a sweep reads a root element by element alone: no tile of it is read after that tile was done.
    pub fn reads_by_tile(&self, sweep: &SweepDraft, root: u32) -> bool {
        sweep.members.iter().all(|member| {
            self.circuit.inputs_of(member.node).iter().all(|&wire| {
                self.root[wire as usize] != root
                    || (member.role == Role::Full && self.view(wire).is_whole(sweep.elements))
            })
        })
    }

    /// Whether a sweep computes a node from an input like it, which the node might be written over.
    pub fn updates(&self, sweep: &SweepDraft, node: u32) -> bool {
        sweep.loads.iter().any(|&root| {
            self.is_input(root) && self.spec(root) == self.spec(node) && self.reads_by_tile(sweep, root)
        })
    }

    /// Whether a root is an input of the circuit, which an output may be written over; not a constant, nor a copy.
    pub fn is_input(&self, root: u32) -> bool {
        (root as usize) < self.circuit.len() && matches!(self.circuit.node(root).gate.class, Class::Input)
    }

    /// What a root is.
    pub fn spec(&self, root: u32) -> Spec {
        let nodes = self.circuit.len();
        match (root as usize).checked_sub(nodes) {
            None => self.circuit.node(root).spec,
            Some(copy) => self.copies[copy],
        }
    }

    /// Whether sweeps have the fold that a reduction asks for: not of one number, nor one that changes the dtype.
    fn sweeps_fold(&self, index: u32) -> bool {
        let from = self.circuit.node(self.circuit.inputs_of(index)[0]).spec;
        let known = matches!(from.dtype, DType::F32 | DType::F64 | DType::I32 | DType::I64);
        known && from.dtype == self.circuit.node(index).spec.dtype && from.shape.elements() > 1
    }

    /// A view's elements in memory of their own, row-major.
    fn copied(&mut self, wire: u32) -> Source {
        let from = self.source(wire);
        let known = self.copy_of.get(&wire).copied();
        let root = known.unwrap_or_else(|| {
            let root = self.step.len() as u32;
            self.step.push(self.drafts.len() as u32);
            self.copies.push(self.circuit.node(wire).spec);
            self.drafts.push(Draft::Copy { root, from });
            self.copy_of.insert(wire, root);
            root
        });
        Source { root, view: Strided::whole(from.view.shape) }
    }

    /// Whoever reads a view from now on reads a copy.
    pub(super) fn read_copied(&mut self, wire: u32) {
        let lies = self.source(wire);
        self.turned.entry(wire).or_insert(lies);
        let copy = self.copied(wire);
        self.root[wire as usize] = copy.root;
        self.views.insert(wire, copy.view);
    }

    fn place_view(&mut self, index: u32) {
        let node = self.circuit.node(index);
        let input = self.circuit.inputs_of(index)[0];
        let Class::View(rule) = node.gate.class else { unreachable!("only views are placed as views") };
        let mut from = self.source(input);
        let mut seen = rule(node.attrs, node.spec.shape, from.view);
        if seen.is_none() {
            self.settle(from.root);
            from = self.copied(input);
            seen = rule(node.attrs, node.spec.shape, from.view);
        }
        let seen = seen.expect("every view gate can see a whole array in its order");
        self.root[index as usize] = from.root;
        self.views.insert(index, seen);
        if let Some(&Source { root, view }) = self.turned.get(&input)
            && let Some(view) = rule(node.attrs, node.spec.shape, view)
        {
            self.turned.insert(index, Source { root, view });
        }
    }

    /// The latest step that some gates have to wait for.
    pub(super) fn newest_input(&self, gates: &[u32]) -> Option<u32> {
        let inputs = gates.iter().flat_map(|&gate| self.circuit.inputs_of(gate));
        inputs.filter_map(|&wire| self.made_by(wire)).max()
    }

    fn place_scalar(&mut self, index: u32) {
        let newest = self.newest_input(&[index]);
        let open = self.latest_scalars.filter(|&s| !self.apart && newest.is_none_or(|n| n <= s));
        let step = match open {
            Some(step) => step,
            None => {
                self.drafts.push(Draft::Scalars(Vec::new()));
                self.drafts.len() as u32 - 1
            }
        };
        self.latest_scalars = Some(step);
        self.step[index as usize] = step;
        let Draft::Scalars(members) = &mut self.drafts[step as usize] else {
            unreachable!("the latest scalars are scalars")
        };
        members.push(index);
    }

    /// Places a gate, with the waiting gates that it reads.
    pub(super) fn place_elementwise(&mut self, index: u32) {
        let group = self.taken_along(index);
        let (step, role) = match self.group_joins(&group) {
            Some(joined) => joined,
            None => (self.beside(&group, self.elements(index)), Role::Full),
        };
        group.into_iter().for_each(|gate| self.join(gate, step, role));
    }

    /// What a gate would be in the sweep that its newest input comes from.
    pub(super) fn joins(&self, index: u32, step: u32) -> Option<Role> {
        let Draft::Sweep(sweep) = &self.drafts[step as usize] else { return None };
        let elements = self.elements(index);
        if self.apart {
            return None;
        }
        let role = match sweep.row {
            _ if elements == sweep.elements => Role::Full,
            Some(row) if elements * row == sweep.elements => Role::Row,
            _ => return None,
        };
        let inside = self.circuit.inputs_of(index).iter().filter(|&&w| self.made_by(w) == Some(step));
        inside.map(|&w| self.link(w, sweep, role)).all(|link| link.is_some()).then_some(role)
    }

    /// How a gate of a sweep can read one of the sweep's own values.
    pub fn link(&self, wire: u32, sweep: &SweepDraft, reader: Role) -> Option<Link> {
        let (role, view) = (*self.roles.get(&self.root[wire as usize])?, self.view(wire));
        let row = sweep.row.unwrap_or(1);
        let rows = sweep.elements / row.max(1);
        match (reader, role) {
            (Role::Full, Role::Full) => view.is_whole(sweep.elements).then_some(Link::Same),
            (Role::Row, Role::Row | Role::FoldRows(_)) => view.is_whole(rows).then_some(Link::Same),
            (Role::Full, Role::Row | Role::FoldRows(_)) => {
                let (lengths, strides, rank) = view.merged();
                let along = match (&lengths[..rank], &strides[..rank]) {
                    ([a, b], [1, 0]) => *a == rows && *b == row,
                    ([b], [0]) => rows == 1 && *b == row,
                    _ => false,
                };
                (along && view.offset == 0).then_some(Link::Spread)
            }
            _ => None,
        }
    }

    /// A sweep over so many elements that reads something in common and comes late enough, or a new one.
    fn beside(&mut self, group: &[u32], elements: usize) -> u32 {
        let reads = |sweep: &SweepDraft| {
            let inputs = group.iter().flat_map(|&gate| self.circuit.inputs_of(gate));
            let mut roots = inputs.map(|&wire| self.root[wire as usize]);
            roots.any(|root| self.spec(root).shape.elements() >= elements && sweep.loads.contains(&root))
        };
        if let Some(&step) = self.latest.get(&elements)
            && !self.apart
            && self.newest_input(group).is_none_or(|newest| newest < step)
            && group.iter().all(|&gate| self.may_join(gate, step))
            && let Draft::Sweep(sweep) = &self.drafts[step as usize]
            && reads(sweep)
        {
            return step;
        }
        self.drafts.push(Draft::Sweep(SweepDraft {
            elements,
            row: None,
            members: Vec::new(),
            loads: Vec::new(),
        }));
        let step = self.drafts.len() as u32 - 1;
        self.latest.insert(elements, step);
        step
    }

    fn join(&mut self, index: u32, step: u32, role: Role) {
        self.step[index as usize] = step;
        self.roles.insert(index, role);
        let outside: Vec<u32> =
            self.circuit.inputs_of(index).iter().map(|&w| self.root[w as usize]).collect();
        let Draft::Sweep(sweep) = &mut self.drafts[step as usize] else {
            unreachable!("sweeps alone are joined")
        };
        for root in outside {
            if self.step[root as usize] != step
                && !sweep.loads.contains(&root)
                && sweep.loads.len() < MOST_LOADS
            {
                sweep.loads.push(root);
            }
        }
        sweep.members.push(Member { node: index, role });
    }

    fn place_reduction(&mut self, index: u32, fold: Reduce) {
        let input = self.circuit.inputs_of(index)[0];
        let (elements, newest) = (self.elements(input), self.newest_input(&[index]));
        let axes = self.circuit.node(index).attrs.indices("axes");
        let layout = Layout::of(self.circuit.node(input).spec.shape, &axes);
        if self.sums_product(index, fold, layout) {
            return self.place_sum(index);
        }
        let open = newest.filter(|&step| !self.apart && self.may_join(index, step));
        if let Some((step, role)) = open.and_then(|step| self.folds(index, step, layout, fold)) {
            return self.join_fold(index, step, layout, role);
        }
        let fits = match layout {
            Layout::Other => None,
            Layout::Trailing { rows, row } if row <= LONGEST_ROW && row > 1 => {
                let read_again = rows > 1 || self.spread.contains(&index);
                Some(if read_again { Role::FoldRows(fold) } else { Role::Sink(fold) })
            }
            Layout::Trailing { rows: 1, .. } => Some(Role::Sink(fold)),
            Layout::Leading { columns } if columns <= LONGEST_ROW && fold == Reduce::Sum => {
                Some(Role::Sink(fold))
            }
            _ => None,
        };
        match fits {
            Some(role) => {
                self.drafts.push(Draft::Sweep(SweepDraft {
                    elements,
                    row: None,
                    members: Vec::new(),
                    loads: Vec::new(),
                }));
                let step = self.drafts.len() as u32 - 1;
                self.latest.insert(elements, step);
                self.join_fold(index, step, layout, role);
            }
            None => self.place_kernel(index),
        }
    }

    /// What a reduction would be in the sweep that computes its input. A total is a row of its own only where the sweep
    /// itself may read it again.
    fn folds(&self, index: u32, step: u32, layout: Layout, fold: Reduce) -> Option<(u32, Role)> {
        let (input, read_again) = (self.circuit.inputs_of(index)[0], self.spread.contains(&index));
        let Draft::Sweep(sweep) = &self.drafts[step as usize] else { return None };
        let has_row = |row: usize| sweep.row.is_none_or(|r| r == row);
        let is_full = self.link(input, sweep, Role::Full) == Some(Link::Same);
        let is_row = !is_full && self.link(input, sweep, Role::Row).is_some();
        let role = match layout {
            Layout::Trailing { row, rows: 1 }
                if read_again && is_full && row <= LONGEST_ROW && has_row(row) =>
            {
                Role::FoldRows(fold)
            }
            Layout::Trailing { rows: 1, .. } if is_full || is_row => Role::Sink(fold),
            Layout::Trailing { row, .. } if is_full && row <= LONGEST_ROW && has_row(row) => {
                Role::FoldRows(fold)
            }
            Layout::Leading { columns }
                if is_full && columns <= LONGEST_ROW && has_row(columns) && fold == Reduce::Sum =>
            {
                Role::Sink(fold)
            }
            _ => return None,
        };
        Some((step, role))
    }

    fn join_fold(&mut self, index: u32, step: u32, layout: Layout, role: Role) {
        let Draft::Sweep(sweep) = &mut self.drafts[step as usize] else {
            unreachable!("sweeps alone are joined")
        };
        match (layout, role) {
            (Layout::Trailing { row, .. }, Role::FoldRows(_)) => sweep.row = Some(row),
            (Layout::Leading { columns }, _) => sweep.row = Some(columns),
            _ => {}
        }
        self.join(index, step, role);
    }
}

/// Which elements a reduction folds together, as a matrix.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Layout {
    /// Rows of neighbours.
    Trailing { rows: usize, row: usize },
    /// Columns.
    Leading { columns: usize },
    /// Neither.
    Other,
}

impl Layout {
    fn of(shape: Shape, axes: &[usize]) -> Layout {
        let folded = |axis: &usize| axes.contains(axis);
        let long: Vec<usize> = (0..shape.rank()).filter(|&axis| shape[axis] != 1).collect();
        let product = |axes: &[usize]| axes.iter().map(|&a| shape[a]).product::<usize>();
        let kept = long.iter().filter(|a| !folded(a)).count();
        if shape.elements() == 0 || kept == long.len() {
            Layout::Other
        } else if long[kept..].iter().all(folded) {
            Layout::Trailing { rows: product(&long[..kept]), row: product(&long[kept..]) }
        } else if long[..long.len() - kept].iter().all(folded) {
            Layout::Leading { columns: product(&long[long.len() - kept..]) }
        } else {
            Layout::Other
        }
    }
}
