//! The machine-readable answers of `explain`, `grad` and `plan`.

use chainrule::{Flow, PlanReport, Slice, StepReport, Tensor, WireFlow};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

/// What is asked of a circuit at one point.
pub struct Answer<'a> {
    /// The output's name, if it has one.
    pub name: Option<&'a str>,
    /// The output.
    pub output: &'a Tensor,
    /// Gradients by name; none where no path leads to the output.
    pub gradients: &'a [(String, chainrule::Spec, Option<Tensor>)],
    /// The rest of what happens, for `explain`.
    pub flow: Option<&'a Flow>,
}

impl Answer<'_> {
    /// As one line.
    pub fn line(&self) -> String {
        let text =
            serde_json::to_string(self).expect("maps with texts as keys and finite numbers can be written");
        text + "\n"
    }
}

/// A plan with its steps.
pub struct Plan<'a>(pub &'a PlanReport);

impl Plan<'_> {
    /// As one line.
    pub fn line(&self) -> String {
        let text =
            serde_json::to_string(self).expect("maps with texts as keys and finite numbers can be written");
        text + "\n"
    }
}

impl Serialize for Plan<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let steps: Vec<Step<'_>> = self.0.steps.iter().map(Step).collect();
        let mut plan = serializer.serialize_struct("Plan", 6)?;
        plan.serialize_field("flops", &self.0.flops)?;
        plan.serialize_field("bytes", &self.0.bytes)?;
        plan.serialize_field("arena", &self.0.arena)?;
        plan.serialize_field("bound", &self.0.bound)?;
        plan.serialize_field("seconds", &self.0.seconds)?;
        plan.serialize_field("steps", &steps)?;
        plan.end()
    }
}

struct Step<'a>(&'a StepReport);

impl Serialize for Step<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let inner: Vec<Plan<'_>> = self.0.inner.iter().map(Plan).collect();
        let mut step = serializer.serialize_struct("Step", 6)?;
        step.serialize_field("what", &self.0.what)?;
        step.serialize_field("flops", &self.0.flops)?;
        step.serialize_field("bytes", &self.0.bytes)?;
        step.serialize_field("bound", &self.0.bound)?;
        step.serialize_field("seconds", &self.0.seconds)?;
        step.serialize_field("inner", &inner)?;
        step.end()
    }
}

/// Flat numbers, printed so that they read back as they were; NaN and infinities as strings.
struct Numbers<'a>(&'a Tensor);

impl Serialize for Numbers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.shape().elements()))?;
        match self.0.slice() {
            // An f32 has shorter digits of its own.
            Slice::F32(values) => values.iter().try_for_each(|v| match v.is_finite() {
                true => list.serialize_element(v),
                false => list.serialize_element(word(f64::from(*v))),
            })?,
            Slice::F64(values) => values.iter().try_for_each(|v| match v.is_finite() {
                true => list.serialize_element(v),
                false => list.serialize_element(word(*v)),
            })?,
            Slice::Bool(values) => values.iter().try_for_each(|v| list.serialize_element(v))?,
            integers => integers.to_i64().iter().try_for_each(|v| list.serialize_element(v))?,
        }
        list.end()
    }
}

fn word(value: f64) -> &'static str {
    match value {
        v if v.is_nan() => "NaN",
        v if v > 0.0 => "Infinity",
        _ => "-Infinity",
    }
}

impl Serialize for Answer<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut answer = serializer.serialize_map(None)?;
        answer.serialize_entry("output", &Output { name: self.name, value: self.output })?;
        answer.serialize_entry("gradients", &Gradients(self.gradients))?;
        if let Some(flow) = self.flow {
            let wires: Vec<Wire<'_>> =
                (0..).zip(&flow.wires).map(|(id, wire)| Wire { id, wire, flow }).collect();
            answer.serialize_entry("wires", &wires)?;
            let stages: Vec<Stage<'_>> = flow.stages.iter().skip(1).map(Stage).collect();
            answer.serialize_entry("stages", &stages)?;
        }
        answer.end()
    }
}

struct Output<'a> {
    name: Option<&'a str>,
    value: &'a Tensor,
}

impl Serialize for Output<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut output = serializer.serialize_struct("Output", 4)?;
        output.serialize_field("name", &self.name)?;
        output.serialize_field("shape", &self.value.shape().dims())?;
        output.serialize_field("dtype", self.value.dtype().name())?;
        output.serialize_field("value", &Numbers(self.value))?;
        output.end()
    }
}

struct Gradients<'a>(&'a [(String, chainrule::Spec, Option<Tensor>)]);

impl Serialize for Gradients<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, spec, value) in self.0 {
            map.serialize_entry(name, &Gradient { spec, value })?;
        }
        map.end()
    }
}

struct Gradient<'a> {
    spec: &'a chainrule::Spec,
    value: &'a Option<Tensor>,
}

impl Serialize for Gradient<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut gradient = serializer.serialize_struct("Gradient", 3)?;
        gradient.serialize_field("shape", &self.spec.shape.dims())?;
        gradient.serialize_field("dtype", self.spec.dtype.name())?;
        gradient.serialize_field("value", &self.value.as_ref().map(Numbers))?;
        gradient.end()
    }
}

struct Wire<'a> {
    id: u32,
    wire: &'a WireFlow,
    flow: &'a Flow,
}

impl Serialize for Wire<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let wire = self.wire;
        let stage = &self.flow.stages[wire.stage as usize].name;
        let mut entry = serializer.serialize_struct("Wire", 11)?;
        entry.serialize_field("id", &self.id)?;
        entry.serialize_field("gate", wire.gate)?;
        entry.serialize_field("name", &wire.name)?;
        entry.serialize_field("stage", &Some(stage).filter(|s| !s.is_empty()))?;
        entry.serialize_field("inputs", &wire.inputs)?;
        entry.serialize_field("shape", &wire.spec.shape.dims())?;
        entry.serialize_field("dtype", wire.spec.dtype.name())?;
        entry.serialize_field("value", &Numbers(&wire.value))?;
        entry.serialize_field("upstream", &wire.upstream.as_ref().map(Numbers))?;
        entry.serialize_field("locals", &each(&wire.locals, wire.inputs.len()))?;
        entry.serialize_field("downstream", &each(&wire.downstream, wire.inputs.len()))?;
        entry.end()
    }
}

/// One for each input, also for the further outputs of a gate, which pass nothing back themselves.
fn each(tensors: &[Option<Tensor>], inputs: usize) -> Vec<Option<Numbers<'_>>> {
    (0..inputs).map(|i| tensors.get(i).and_then(Option::as_ref).map(Numbers)).collect()
}

struct Stage<'a>(&'a chainrule::StageFlow);

impl<'a> Serialize for Stage<'a> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stage = self.0;
        let table = |t: &'a [Vec<Option<Tensor>>]| {
            t.iter().map(|row| each(row, stage.inputs.len())).collect::<Vec<_>>()
        };
        let mut entry = serializer.serialize_struct("Stage", 5)?;
        entry.serialize_field("name", &stage.name)?;
        entry.serialize_field("inputs", &stage.inputs)?;
        entry.serialize_field("outputs", &stage.outputs)?;
        entry.serialize_field("local", &table(&stage.local))?;
        entry.serialize_field("product_of_parts", &table(&stage.product_of_parts))?;
        entry.end()
    }
}
