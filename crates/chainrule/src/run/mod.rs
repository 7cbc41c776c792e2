//! Floor 5: the loop over a plan. Names no gate and never sees a circuit.

mod control;

use crate::base::{Data, Slice};
use crate::circuit::{Job, Operand};
use crate::plan::{Plan, Source, Step, Work};

/// The memory that one run of a plan works in; kept and used again.
pub struct Workspace {
    slots: Vec<Data>,
    /// One for each inner program, in the order of the steps that hold them.
    inner: Vec<Vec<Workspace>>,
}

impl Workspace {
    /// Memory for a plan.
    pub fn new(plan: &Plan) -> Workspace {
        let slots = plan.slots.iter().map(|&(dtype, elements)| Data::zeros(dtype, elements)).collect();
        let of = |step: &Step| match &step.work {
            Work::Control(_, plans) => plans.iter().map(Workspace::new).collect(),
            Work::Kernel(_) => Vec::new(),
        };
        let inner = plan.steps.iter().map(of).filter(|i: &Vec<Workspace>| !i.is_empty()).collect();
        Workspace { slots, inner }
    }

    /// Output number `i` of the last run.
    pub fn output<'a>(&'a self, plan: &'a Plan, inputs: &[Slice<'a>], i: usize) -> Slice<'a> {
        find(&self.slots, plan, inputs, plan.outputs[i].0)
    }
}

fn find<'a>(slots: &'a [Data], plan: &'a Plan, inputs: &[Slice<'a>], source: Source) -> Slice<'a> {
    match source {
        Source::Input(i) => inputs[i as usize],
        Source::Constant(i) => plan.constants[i as usize].slice(),
        Source::Slot(i) => slots[i as usize].as_slice(),
    }
}

/// Runs all steps. The inputs have the specs that the plan states: floor 6 has checked them.
pub fn execute(plan: &Plan, workspace: &mut Workspace, inputs: &[Slice<'_>]) {
    let Workspace { slots, inner } = workspace;
    let mut inner = inner.iter_mut();
    for step in &plan.steps {
        // The outputs leave the slots while the inputs are borrowed from them.
        let mut outputs: Vec<Option<Data>> = plan
            .outputs_of(step)
            .iter()
            .map(|(slot, _)| slot.map(|s| std::mem::replace(&mut slots[s as usize], Data::Bool(Vec::new()))))
            .collect();
        {
            let of = |&(source, shape)| Operand {
                shape: plan.shape(shape),
                data: find(slots, plan, inputs, source),
            };
            let operands: Vec<Operand<'_>> = plan.inputs_of(step).iter().map(of).collect();
            match &step.work {
                Work::Kernel(kernel) => {
                    let output = outputs[0].as_mut().expect("a live gate with one output has a slot");
                    let shape = plan.shape(plan.outputs_of(step)[0].1);
                    kernel(&mut Job {
                        attrs: &step.attrs,
                        inputs: &operands,
                        shape,
                        output: output.as_slice_mut(),
                    });
                }
                Work::Control(kind, plans) => {
                    let workspaces = inner.next().expect("a workspace has memory for every inner program");
                    control::run(*kind, step, plans, workspaces, &operands, &mut outputs);
                }
            }
        }
        for ((slot, _), output) in plan.outputs_of(step).iter().zip(outputs) {
            if let (Some(slot), Some(output)) = (slot, output) {
                slots[*slot as usize] = output;
            }
        }
    }
}
