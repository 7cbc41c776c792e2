//! Floor 5: the loop over a plan. Names no gate and never sees a circuit.
//!
//! A plan says where everything lies, so that running it is arithmetic on addresses. Everything unsafe about that rests
//! on what the plan promises: every value has room for its elements; values that are alive together do not overlap;
//! a step's outputs overlap none of its inputs; every access of a step lies within its values. Where an output of the plan is
//! written over an input, nothing reads the input any more; or a sweep reads a tile of it before it writes that tile.

#![allow(unsafe_code)]

mod arena;
mod control;
mod kernel;
mod movement;
mod one;
mod product;
mod scalars;
mod strips;
mod sweep;

use crate::base::{DType, Slice, SliceMut, Tensor};
use crate::numeric::team::Team;
use crate::plan::{Place, Plan, Step, Times};
use arena::Arena;
use std::time::Instant;

pub use one::evaluate;

/// An address in an array.
type Address = *mut u8;

/// Addresses that the threads of a step share.
struct Shared<'a>(&'a [Address]);

// SAFETY: threads write what is at these addresses only where no other thread reads or writes.
unsafe impl Sync for Shared<'_> {}

impl<'a> Shared<'a> {
    /// Closures borrow this whole, not its field.
    fn all(&self) -> &'a [Address] {
        self.0
    }
}

/// The memory that one run of a plan works in; kept and used again, so that running allocates nothing.
pub struct Workspace {
    /// Keeps alive what `values` point into; an inner plan's lies in that of the plan around it.
    _arena: Option<Arena>,
    /// Where each value of the plan is.
    values: Vec<Address>,
    /// Those that come from outside, which each call finds anew.
    outside: Vec<(u32, Place)>,
    /// Where the ports of the sweep that is running are.
    ports: Vec<Address>,
    /// For each control step, in order.
    inner: Vec<Inner>,
    inputs: Vec<Address>,
    outputs: Vec<Address>,
    /// Seconds of each step, added up over calls; empty unless they are watched.
    seconds: Vec<f64>,
}

/// What a control step works in: for each of its plans a workspace.
type Inner = Vec<Workspace>;

// SAFETY: the addresses point into the arena and into constants, which live as long as the plan, and into what the caller
// of `run` lent, which is not looked at after `run` returns.
unsafe impl Send for Workspace {}

impl Workspace {
    /// Memory for a plan. It must be run with this plan alone.
    pub fn new(plan: &Plan) -> Workspace {
        let mut arena = Arena::new(plan.arena);
        let mut workspace = Workspace::within(plan, arena.start());
        workspace._arena = Some(arena);
        workspace
    }

    /// The workspace of a plan whose arena begins at an address.
    fn within(plan: &Plan, arena: Address) -> Workspace {
        let place = |value: &crate::plan::Value| match value.place {
            Place::Arena(offset) => arena.wrapping_add(offset),
            Place::Constant(i) => address(plan.constants[i as usize].slice()),
            Place::Input(_) | Place::Output(_) => std::ptr::null_mut(),
        };
        let values: Vec<Address> = plan.values.iter().map(place).collect();
        let control = |step: &Step| match step {
            Step::Control(step) => {
                let room = values[step.room as usize];
                Some(step.plans.iter().map(|plan| Workspace::within(plan, room)).collect())
            }
            _ => None,
        };
        let places = plan.values.iter().map(|value| value.place).enumerate();
        let is_outside = |(_, place): &(usize, Place)| matches!(place, Place::Input(_) | Place::Output(_));
        Workspace {
            outside: places.filter(is_outside).map(|(i, place)| (i as u32, place)).collect(),
            ports: vec![std::ptr::null_mut(); plan.ports],
            inner: plan.steps.iter().filter_map(control).collect(),
            inputs: Vec::with_capacity(plan.inputs.len()),
            outputs: Vec::with_capacity(plan.outputs.len()),
            values,
            _arena: None,
            seconds: Vec::new(),
        }
    }

    /// Has the time of each step taken from now on, of inner plans too.
    pub fn watch(&mut self, plan: &Plan) {
        self.seconds = vec![0.0; plan.steps.len()];
        let control = plan.steps.iter().filter_map(|step| match step {
            Step::Control(step) => Some(step),
            _ => None,
        });
        for (workspaces, step) in self.inner.iter_mut().zip(control) {
            workspaces.iter_mut().zip(&step.plans).for_each(|(workspace, plan)| workspace.watch(plan));
        }
    }

    /// The times that were taken.
    pub fn times(&self) -> Times {
        let inner = |inner: &Inner| inner.iter().map(Workspace::times).collect();
        Times { steps: self.seconds.clone(), inner: self.inner.iter().map(inner).collect() }
    }

    /// Begins a call of the plan that this is the workspace of.
    #[inline]
    pub fn call<'a>(&'a mut self, plan: &'a Plan) -> Call<'a> {
        self.inputs.clear();
        self.outputs.clear();
        Call { workspace: self, plan, fits: true }
    }

    /// Finds where the values of a call are.
    fn bind(&mut self) {
        for &(value, place) in &self.outside {
            match place {
                Place::Input(i) => self.values[value as usize] = self.inputs[i as usize],
                Place::Output(i) => self.values[value as usize] = self.outputs[i as usize],
                Place::Arena(_) | Place::Constant(_) => {}
            }
        }
    }

    /// What is done once before the turns of a loop whose body the plan is.
    ///
    /// # Safety
    /// As `execute`.
    unsafe fn prepare(&mut self, plan: &Plan) {
        self.bind();
        for step in &plan.steps {
            if let Step::Product(product) = step {
                // SAFETY: every value has an address with room for its elements.
                unsafe { product::prepare(product, &self.values) }
            }
        }
    }

    /// Runs the plan on the addresses in `inputs` and `outputs`.
    ///
    /// # Safety
    /// Those are what the plan states, and outputs overlap nothing else.
    unsafe fn execute(&mut self, plan: &Plan, team: Team) {
        self.bind();
        let mut inner = self.inner.iter_mut();
        let mut strips = plan.strips.iter().filter(|_| team.threads() <= strips::MOST_THREADS).peekable();
        let mut next = 0;
        while let Some(step) = plan.steps.get(next) {
            if let Some(group) = strips.next_if(|group| group.first == next) {
                let seconds = self.seconds.get_mut(group.steps());
                // SAFETY: as below.
                unsafe {
                    strips::run(group, &plan.steps[group.steps()], &self.values, &mut self.ports, seconds);
                }
                next = group.steps().end;
                continue;
            }
            let begun = (!self.seconds.is_empty()).then(Instant::now);
            // SAFETY: every value has an address with room for its elements; see the module.
            unsafe {
                match step {
                    Step::Sweep(sweep) => sweep::run(sweep, &self.values, &mut self.ports, team),
                    Step::Scalars(scalars) => scalars::run(scalars, &self.values),
                    Step::Product(product) => product::run(product, &self.values, team),
                    Step::Copy(copied) => movement::copy(copied, &self.values, team),
                    Step::Kernel(step) => kernel::run(step, &self.values, team),
                    Step::Control(step) => {
                        let inner = inner.next().expect("a workspace has memory for every control step");
                        control::run(step, &self.values, inner, team);
                    }
                }
            }
            if let Some(begun) = begun {
                self.seconds[next] += begun.elapsed().as_secs_f64();
            }
            next += 1;
        }
    }
}

/// An input of the call at hand that belongs to the caller alone, and the output that may be written over it.
#[derive(Clone, Copy)]
pub struct Held {
    input: usize,
    output: usize,
}

/// A call that gets its inputs and outputs one by one.
pub struct Call<'a> {
    workspace: &'a mut Workspace,
    plan: &'a Plan,
    /// Whether all that came was what the plan states.
    fits: bool,
}

impl<'a> Call<'a> {
    /// The next input.
    #[inline]
    pub fn input(&mut self, tensor: &'a Tensor) {
        self.fits &= self.plan.inputs.get(self.workspace.inputs.len()).is_some_and(|spec| tensor.is(spec));
        self.workspace.inputs.push(address(tensor.slice()));
    }

    /// The next output. Its numbers stay as they are until the plan runs.
    #[inline]
    pub fn output(&mut self, tensor: &'a mut Tensor) {
        self.fits &= self.plan.outputs.get(self.workspace.outputs.len()).is_some_and(|spec| tensor.is(spec));
        self.workspace.outputs.push(address_mut(&mut tensor.slice_mut()));
    }

    /// The next input, to be written over by an output where the plan allows that and nobody else holds the numbers.
    #[inline]
    pub fn state(&mut self, tensor: &'a mut Tensor, output: usize) -> Option<Held> {
        let input = self.workspace.inputs.len();
        let fits = self.plan.inputs.get(input).is_some_and(|spec| tensor.is(spec));
        let may = fits && self.plan.may_overwrite(input, output);
        if let Some(mut own) = may.then(|| tensor.own()).flatten() {
            self.workspace.inputs.push(address_mut(&mut own));
            return Some(Held { input, output });
        }
        self.input(tensor);
        None
    }

    /// The next output lies where an input of this call lies.
    #[inline]
    pub fn over(&mut self, held: Held) {
        assert!(held.output == self.workspace.outputs.len(), "an output is written over its own input");
        self.workspace.outputs.push(self.workspace.inputs[held.input]);
    }

    /// Runs the plan; does nothing and gives `false` unless it got what the plan states. The result does not
    /// depend on the team.
    #[must_use]
    pub fn run(self, team: Team) -> bool {
        let Call { workspace, plan, fits } = self;
        let all =
            workspace.inputs.len() == plan.inputs.len() && workspace.outputs.len() == plan.outputs.len();
        if fits && all {
            // SAFETY: all addresses were filled in from borrows that last as long as this call, of the right sizes and
            // dtypes; outputs are borrowed mutably, so that they overlap nothing but inputs that the plan lets them overwrite.
            unsafe { workspace.execute(plan, team) }
        }
        fits && all
    }
}

#[inline]
fn address(slice: Slice<'_>) -> Address {
    match slice {
        Slice::F32(s) => s.as_ptr().cast_mut().cast(),
        Slice::F64(s) => s.as_ptr().cast_mut().cast(),
        Slice::I32(s) => s.as_ptr().cast_mut().cast(),
        Slice::I64(s) => s.as_ptr().cast_mut().cast(),
        Slice::U8(s) => s.as_ptr().cast_mut(),
        Slice::Bool(s) => s.as_ptr().cast_mut().cast(),
    }
}

#[inline]
fn address_mut(slice: &mut SliceMut<'_>) -> Address {
    match slice {
        SliceMut::F32(s) => s.as_mut_ptr().cast(),
        SliceMut::F64(s) => s.as_mut_ptr().cast(),
        SliceMut::I32(s) => s.as_mut_ptr().cast(),
        SliceMut::I64(s) => s.as_mut_ptr().cast(),
        SliceMut::U8(s) => s.as_mut_ptr(),
        SliceMut::Bool(s) => s.as_mut_ptr().cast(),
    }
}

/// Numbers at an address.
///
/// # Safety
/// There are so many of this dtype, aligned, and nobody writes them while the slice is used.
unsafe fn slice<'a>(dtype: DType, at: Address, len: usize) -> Slice<'a> {
    use std::slice::from_raw_parts as of;
    // SAFETY: the caller's promise.
    unsafe {
        match dtype {
            DType::F32 => Slice::F32(of(at.cast(), len)),
            DType::F64 => Slice::F64(of(at.cast(), len)),
            DType::I32 => Slice::I32(of(at.cast(), len)),
            DType::I64 => Slice::I64(of(at.cast(), len)),
            DType::U8 => Slice::U8(of(at, len)),
            DType::Bool => Slice::Bool(of(at.cast(), len)),
        }
    }
}

/// The same, to be written. Truth values are set to `false` first: what lay there may be anything.
///
/// # Safety
/// As `slice`, and nobody else looks at them.
unsafe fn slice_mut<'a>(dtype: DType, at: Address, len: usize) -> SliceMut<'a> {
    use std::slice::from_raw_parts_mut as of;
    // SAFETY: the caller's promise; any bytes are numbers, and zero bytes are `false`.
    unsafe {
        match dtype {
            DType::F32 => SliceMut::F32(of(at.cast(), len)),
            DType::F64 => SliceMut::F64(of(at.cast(), len)),
            DType::I32 => SliceMut::I32(of(at.cast(), len)),
            DType::I64 => SliceMut::I64(of(at.cast(), len)),
            DType::U8 => SliceMut::U8(of(at, len)),
            DType::Bool => {
                at.write_bytes(0, len);
                SliceMut::Bool(of(at.cast(), len))
            }
        }
    }
}
