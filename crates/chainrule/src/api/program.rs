//! Tracing a Rust function to a circuit.

use super::{Function, Options, threads};
use crate::base::{Result, Spec, Tensor};
use crate::circuit::{Circuit, Fault, Plain, Tree, Wire, Wires, inline, mistake, outermost};
use crate::gates::INPUT;
use crate::numeric::team::Team;
use crate::plan::Plan;
use crate::transform::{hoist::hoisted, simplify::simplify};
use crate::{reference, run};
use std::{fmt, marker::PhantomData};

/// A Rust function over trees of wires, of one to eight arguments. A function of one argument takes `(A,)`.
pub trait Traced<In: Wires> {
    /// What it gives.
    type Out: Wires;
    /// Calls it.
    fn call(&self, input: In) -> Self::Out;
}

macro_rules! traced {
    ($($A:ident $a:ident),*) => {
        impl<Fun, Res: Wires, $($A: Wires),*> Traced<($($A,)*)> for Fun
        where
            Fun: Fn($($A),*) -> Res,
            ($($A,)*): Wires,
        {
            type Out = Res;
            fn call(&self, ($($a,)*): ($($A,)*)) -> Res {
                self($($a),*)
            }
        }
    };
}

traced!(A a);
traced!(A a, B b);
traced!(A a, B b, C c);
traced!(A a, B b, C c, D d);
traced!(A a, B b, C c, D d, E e);
traced!(A a, B b, C c, D d, E e, F f);
traced!(A a, B b, C c, D d, E e, F f, G g);
traced!(A a, B b, C c, D d, E e, F f, G g, H h);

/// A traced function: a circuit with the shapes of trees that go in and come out. `Debug` prints the circuit's text.
pub struct Program<In, Out> {
    circuit: Circuit,
    out: Out,
    paths: Vec<String>,
    marker: PhantomData<fn(In)>,
}

impl<In, Out> Program<In, Out> {
    /// Another circuit of the same inputs, with a tree that has one leaf for each of its outputs.
    pub(super) fn with_circuit<More>(&self, circuit: Circuit, out: More) -> Program<In, More> {
        Program { circuit, out, paths: self.paths.clone(), marker: PhantomData }
    }

    /// The tree of the outputs; each wire holds the number of its node.
    pub(super) fn out(&self) -> &Out {
        &self.out
    }
}

/// Runs a function once on wires to obtain its circuit.
///
/// ```
/// use chainrule::prelude::*;
/// let spec = Spec::scalar(DType::F64);
/// let program = trace(|x: Wire, y: Wire| x * y + x, &(spec, spec))?;
/// assert_eq!(program.run((2.0.into(), 3.0.into()))?.item()?, 8.0);
/// # Ok::<(), Diagnostic>(())
/// ```
///
/// # Errors
/// Every independent mistake in the function, each with its line.
pub fn trace<In: Wires, F: Traced<In>>(f: F, specs: &In::With<Spec>) -> Result<Program<In, F::Out>> {
    trace_by(&f, specs)
}

pub(super) fn trace_by<In: Wires, F: Traced<In> + ?Sized>(
    f: &F,
    specs: &In::With<Spec>,
) -> Result<Program<In, F::Out>> {
    let leaves = specs.leaves();
    let traced = outermost(
        &INPUT,
        &leaves,
        |wires| f.call(specs.fill(wires).expect("one wire was made for each leaf")),
        |out: &F::Out| out.leaves(),
    )?;
    let out = traced.circuit.outputs.iter().map(|&index| Wire { trace: 0, index }).collect::<Vec<_>>();
    let out = traced.result.fill(&out).expect("one output was kept for each leaf");
    Ok(Program { circuit: traced.circuit, out, paths: specs.paths(), marker: PhantomData })
}

/// Traces a function and makes it ready to run.
///
/// ```
/// use chainrule::prelude::*;
/// let vector = Spec::new(&[3], DType::F64).unwrap();
/// let f = compile(|x: Wire| x.square().sum().value_and_grad(&x), &(vector,))?;
/// let (value, gradient) = f.run(([1.0, 2.0, 3.0].into(),))?;
/// assert_eq!(value.item()?, 14.0);
/// assert_eq!(gradient.to_f64(), [2.0, 4.0, 6.0]);
/// # Ok::<(), Diagnostic>(())
/// ```
///
/// # Errors
/// As [`trace`] and [`threads`](crate::threads).
pub fn compile<In: Wires, F: Traced<In>>(f: F, specs: &In::With<Spec>) -> Result<Function<In, F::Out>> {
    trace(f, specs)?.compile_with(&Options::default())
}

impl<In: Wires, Out: Wires> Program<In, Out> {
    /// Paths of the inputs in the tree of arguments, leaf by leaf: `0.weight`.
    pub fn input_paths(&self) -> &[String] {
        &self.paths
    }

    /// Paths of the outputs in their tree, leaf by leaf.
    pub fn output_paths(&self) -> Vec<String> {
        self.out.paths()
    }

    /// The circuit. It prints as text, which [`parse_circuit`](crate::parse_circuit) reads again.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let program = trace(|x: Wire| x.exp(), &(Spec::scalar(DType::F32),))?;
    /// let text = program.circuit().to_string();
    /// assert!(text.contains("exp"), "{text}");
    /// assert_eq!(chainrule::parse_circuit(&text)?, *program.circuit());
    /// # Ok::<(), Diagnostic>(())
    /// ```
    pub fn circuit(&self) -> &Circuit {
        &self.circuit
    }

    /// Records its gates in the trace that is open, on other wires: a program as a part of a larger one.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::scalar(DType::F64);
    /// let cube = trace(|x: Wire| x * x * x, &(spec,))?;
    /// let slope = compile(|x: Wire| cube.apply((x,)).gradient(&x), &(spec,))?;
    /// assert_eq!(slope.run((2.0.into(),))?.item()?, 12.0);
    /// let other = trace(|x: Wire| cube.apply((x.cast(DType::F32),)), &(spec,)).unwrap_err().to_string();
    /// assert!(other.contains("apply: takes f64[], not f32[]"), "{other}");
    /// # Ok::<(), Diagnostic>(())
    /// ```
    #[track_caller]
    pub fn apply(&self, input: In) -> Out {
        let (wires, wanted) = (input.leaves(), self.circuit.specs(&self.circuit.inputs));
        let given: Option<Vec<Spec>> = wires.iter().map(|wire| wire.spec()).collect();
        let outputs = match given {
            Some(given) if given == wanted => inline(&self.circuit, &wires),
            given => {
                if let Some(given) = given {
                    let show =
                        |specs: &[Spec]| specs.iter().map(Spec::to_string).collect::<Vec<_>>().join(", ");
                    let what = format!("takes {}, not {}", show(&wanted), show(&given));
                    mistake("apply", Fault::new(what, "give what the program was traced for"));
                }
                vec![Wire::POISON; self.circuit.outputs.len()]
            }
        };
        self.out.fill(&outputs).expect("the circuit has one output for each leaf")
    }

    /// The circuit that is run: what constants alone decide is computed, gates that do the same are one, and the laws of the
    /// gates are applied. Nothing changes a result by a bit, but for the payload of a NaN. What needs no state has left its
    /// loop, also where a program is run [as traced](crate::Options::as_traced).
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::new(&[3], DType::F64).unwrap();
    /// let program = trace(|x: Wire| (x * 1.0).exp() + x.exp(), &(spec,))?;
    /// let plain = trace(|x: Wire| { let y = x.exp(); y + y }, &(spec,))?;
    /// assert_eq!(program.simplified(), *plain.circuit());
    /// # Ok::<(), Diagnostic>(())
    /// ```
    pub fn simplified(&self) -> Circuit {
        simplify(&hoisted(&self.circuit), run::evaluate)
    }

    /// Makes it ready to run. Since nothing can be reported here, a bad value of `CHAINRULE_THREADS` counts as none.
    pub fn compile(&self) -> Function<In, Out> {
        self.ready(Plan::new(&self.simplified()), threads::usual_team())
    }

    /// A function that runs this plan.
    pub(super) fn ready(&self, plan: Plan, team: Team) -> Function<In, Out> {
        Function::new(plan, self.paths.clone(), self.out.clone_tree(), team)
    }

    /// Runs it once. To run it often, compile it.
    ///
    /// # Errors
    /// As [`Function::run`].
    pub fn run(&self, input: In::With<Tensor>) -> Result<Out::With<Tensor>> {
        self.compile().run(input)
    }

    /// Runs it by the definitions in the rooms, in f64 and one element at a time: slow, and obviously right. For tests of
    /// one's own programs, beside [`Program::run`].
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let program = trace(|x: Wire| x * x, &(Spec::scalar(DType::F64),))?;
    /// let at = (3.0.into(),);
    /// assert_eq!(program.run_by_definition(&at)?, program.run(at)?);
    /// # Ok::<(), Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// As [`Function::run`].
    pub fn run_by_definition(&self, input: &In::With<Tensor>) -> Result<Out::With<Tensor>> {
        let inputs = input.leaves();
        let specs = inputs.iter().map(Tensor::spec).collect();
        super::function::check("input", &self.circuit.specs(&self.circuit.inputs), specs, &self.paths)?;
        let plain: Vec<Plain> = inputs.iter().map(|t| Plain { spec: t.spec(), data: t.to_f64() }).collect();
        let outputs = reference::run(&self.circuit, &plain);
        let tensors: Vec<Tensor> = outputs.iter().map(|p| Tensor::from_f64(p.spec, &p.data)).collect();
        Ok(self.out.fill(&tensors).expect("the circuit has one output for each leaf"))
    }
}

impl<In: Wires, Out: Wires> Clone for Program<In, Out> {
    fn clone(&self) -> Self {
        let (circuit, paths) = (self.circuit.clone(), self.paths.clone());
        Program { circuit, out: self.out.clone_tree(), paths, marker: PhantomData }
    }
}

impl<In, Out> fmt::Debug for Program<In, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.circuit, f)
    }
}

impl Program<Vec<Wire>, Vec<Wire>> {
    /// A circuit that was not traced here, such as one that was parsed: from a list of tensors to a list of tensors.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::scalar(DType::F64);
    /// let text = trace(|x: Wire| (x * x).gradient(&x), &(spec,))?.circuit().to_string();
    /// let program = chainrule::Program::from_circuit(chainrule::parse_circuit(&text)?);
    /// assert_eq!(program.run(vec![3.0.into()])?[0].item()?, 6.0);
    /// # Ok::<(), Diagnostic>(())
    /// ```
    pub fn from_circuit(circuit: Circuit) -> Self {
        let out = circuit.outputs.iter().map(|&index| Wire { trace: 0, index }).collect();
        let paths = (0..circuit.inputs.len()).map(|i| i.to_string()).collect();
        Program { circuit, out, paths, marker: PhantomData }
    }
}

/// Wires are `Copy`, but a tree of them may be no `Clone`.
pub(super) trait CloneTree: Wires {
    fn clone_tree(&self) -> Self {
        self.map(&mut |&w: &Wire| w)
    }
}

impl<T: Wires> CloneTree for T {}
