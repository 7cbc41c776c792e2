//! Values end to end along an axis.

use super::support::{along, no_flops};
use crate::base::{Shape, Spec};
use crate::circuit::{
    Arity, Attrs, Call, Case, Class, Doc, Fault, GateDef, Identity, Job, Kind, Local, Outputs, Plain, Reads,
    Then, When, Wire, mistake, record,
};
use crate::numeric::movement::copy_into_strided;
use crate::numeric::team::parts;

/// See the module.
pub static CONCAT: GateDef = GateDef {
    name: "concat",
    doc: Doc {
        summary: "Several values end to end along an axis; their other axes are equal.",
        formula: "y = x_0 followed by x_1 followed by ..",
        local: "passed back to each: its own part of the upstream (slice)",
        kinks: "",
        source: "",
    },
    call: Some(Call { signature: "values, axis=0", build: |a| concat(&a.wires("values"), a.int("axis", 0)) }),
    arity: Arity::AtLeast(1),
    attrs: &[("axis", Kind::Int)],
    shape: shape_rule,
    class: Class::Move(kernel),
    element,
    local: Local::Linear(|r, up, i| {
        let axis = r.attrs.index("axis");
        let length = |x: &Wire| x.shape()[axis] as i64;
        let start: i64 = r.inputs[..i].iter().map(length).sum();
        up.slice_axis(axis as i64, start, start + length(&r.inputs[i]))
    }),
    reads: Reads::NOTHING,
    batch: along::batch,
    flops: no_flops,
    identities: &[Identity::any(
        "x followed by nothing = x",
        When::Idle,
        Then::Input(0),
        "nothing is computed",
    )],
    sample: |s| {
        let mut dims = s.dims(1, 3);
        let axis = s.size(0, dims.len() - 1);
        let mut draw = || {
            dims[axis] = s.size(0, 3);
            s.reals(&dims, -2.0, 2.0)
        };
        let inputs: Vec<_> = (0..3).map(|_| draw()).collect();
        let inputs = inputs[..s.size(1, 3)].to_vec();
        Case { attrs: Attrs::new([("axis", axis.into())]), inputs }
    },
};

fn shape_rule(attrs: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    let first = inputs[0];
    let axis = along::checked(attrs, inputs)?;
    let mut dims = first.shape.dims();
    for other in &inputs[1..] {
        if other.dtype != first.dtype {
            return Err(Fault::new(
                format!("dtypes differ: {} and {}", first.dtype, other.dtype),
                "cast one of them",
            ));
        }
        let fits = other.shape.rank() == dims.len()
            && other.shape.iter().zip(first.shape.iter()).enumerate().all(|(i, (a, b))| i == axis || a == b);
        if !fits {
            let what = format!("shapes don't fit: {} and {}", first.shape, other.shape);
            return Err(Fault::new(what, format!("all axes but number {axis} must be equal")));
        }
        dims[axis] += other.shape[axis];
    }
    Ok(Outputs::One(first.with_shape(Shape::new(&dims).map_err(|e| Fault::new(e, ""))?)))
}

fn element(attrs: &Attrs, inputs: &[Plain], at: &[usize]) -> f64 {
    let (axis, mut at) = (attrs.index("axis"), at.to_vec());
    for x in inputs {
        match at[axis].checked_sub(x.spec.shape[axis]) {
            None => return x.at(&at),
            Some(rest) => at[axis] = rest,
        }
    }
    f64::NAN
}

/// What a byte takes, roughly; less where it lies near, more where another thread wrote it.
const PICOSECONDS_A_BYTE: usize = 200;

fn kernel(job: &mut Job<'_>) {
    let (axis, inputs, team) = (job.attrs.index("axis"), job.inputs, job.team);
    let (outer, length, inner) = job.shape.around(axis);
    for_dtype!(inputs[0].data.dtype(), [f32 f64 i32 i64 u8 bool], T => {
        let each = length * inner * size_of::<T>() * PICOSECONDS_A_BYTE;
        team.split(job.output::<T>(), outer, parts(outer, each), 0, |[from, end], output| {
            let mut done = 0;
            for x in inputs {
                let unit = x.shape[axis] * inner;
                let (own, strides) = (&x.typed::<T>()[from * unit..end * unit], [(length * inner) as isize, 1]);
                copy_into_strided(own, output, done, &[end - from, unit], &strides);
                done += unit;
            }
        });
    })
}

/// Values end to end along an axis; a negative one counts from the end. One value alone: the same wire.
///
/// ```
/// use chainrule::{concat, prelude::*};
/// let spec = Spec::new(&[2], DType::F64).unwrap();
/// let program = trace(|x: Wire, y: Wire| concat(&[x, y, x], 0), &(spec, spec))?;
/// let joined = program.run(([1.0, 2.0].into(), [3.0, 4.0].into()))?;
/// assert_eq!(joined.to_f64(), [1.0, 2.0, 3.0, 4.0, 1.0, 2.0]);
/// # Ok::<(), Diagnostic>(())
/// ```
#[track_caller]
pub fn concat(values: &[Wire], axis: i64) -> Wire {
    let Some(&first) = values.first() else {
        return mistake("concat", Fault::new("no values", "give at least one"));
    };
    let Some(axis) = along::named("concat", first, axis) else { return Wire::POISON };
    if values.len() == 1 { first } else { record(&CONCAT, Attrs::new([("axis", axis.into())]), values) }
}

#[cfg(test)]
mod tests {
    use crate::{concat, prelude::*};

    #[test]
    fn what_does_not_fit_is_said() {
        let specs = (Spec::new(&[2, 3], DType::F64).unwrap(), Spec::new(&[2, 4], DType::F64).unwrap());
        let text = |f: fn(Wire, Wire) -> Wire| trace(f, &specs).err().unwrap().to_string();
        let shapes = text(|x, y| concat(&[x, y], 0));
        assert!(
            shapes.contains("concat: shapes don't fit: [2, 3] and [2, 4]; hint: all axes but number 0"),
            "{shapes}"
        );
        assert!(text(|x, _| concat(&[x, x.cast(DType::F32)], 0)).contains("dtypes differ: f64 and f32"));
        assert!(text(|_, _| concat(&[], 0)).contains("concat: no values"));
        assert!(trace(|x: Wire, y: Wire| concat(&[x, y], -1), &specs).is_ok());
    }
}
