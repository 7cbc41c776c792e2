//! Random numbers by counting. One room for both distributions, which differ in how they are drawn from the key.

use super::support::{arguments, flops_per_output};
use crate::base::{DType, Shape, Spec, Tensor};
use crate::circuit::{
    Args, Arity, Attrs, Call, Case, Class, Doc, Fault, GateDef, Job, Kind, Local, Outputs, Plain, Reads,
    Sampler, Wire, record,
};
use crate::numeric::philox;
use crate::numeric::team::parts;

/// What a number takes, roughly.
const PICOSECONDS: usize = 5_000;

macro_rules! random {
    ($gate:ident, $name:literal, $summary:literal, $formula:literal, $same:literal, $fill:ident, $element:expr, $method:ident) => {
        /// See the module.
        pub static $gate: GateDef = GateDef {
            name: $name,
            doc: Doc {
                summary: $summary,
                formula: $formula,
                local: "none: numbers drawn from a key do not change with it",
                kinks: $same,
                source: "Philox-4x32-10: Salmon, Moraes, Dror and Shaw, Parallel random numbers: as easy as 1, 2, 3, 2011",
            },
            call: Some(Call { signature: "key, shape, dtype=none", build: |a| call(a, Wire::$method) }),
            arity: Arity::Exactly(1),
            attrs: &[("shape", Kind::Ints), ("dtype", Kind::DType)],
            shape: shape_rule,
            class: Class::Source(|job| {
                for_dtype!(job.attrs.dtype("dtype"), [f32 f64], T => draw(job, philox::$fill::<T>))
            }),
            element: |a, x, at| element(a, &x[0], at, $element),
            local: Local::Flat,
            reads: Reads::NOTHING,
            // Each example has a key and so numbers of its own.
            batch: |r, _| vec![record(r.gate, r.attrs.clone(), r.inputs)],
            flops: flops_per_output,
            identities: &[],
            sample,
        };

        impl Wire {
            #[doc = $summary]
            #[track_caller]
            pub fn $method(self, dims: &[usize], dtype: DType) -> Wire {
                record(&$gate, Attrs::new([("shape", dims.into()), ("dtype", dtype.into())]), &[self])
            }
        }
    };
}

random!(
    RANDOM_UNIFORM,
    "random_uniform",
    "Numbers uniform in [0, 1) that depend on this i64 key alone. A key with axes gives numbers for each of its elements: \
     the axes of the key, then those of the shape.",
    "y[k.., i] = word i of Philox under key[k..], its upper 24 (f32) or 53 (f64) bits over 2^24 or 2^53",
    "the same bits on every machine and for any number of threads",
    fill_uniform,
    |key, i, dtype| if dtype == DType::F32 {
        f64::from(philox::uniform_f32(key, i))
    } else {
        philox::uniform_f64(key, i)
    },
    random_uniform
);
random!(
    RANDOM_NORMAL,
    "random_normal",
    "Normal numbers with mean 0 and variance 1 that depend on this i64 key alone. A key with axes gives numbers for each of \
     its elements: the axes of the key, then those of the shape.",
    "y[k.., i] = number i of Box and Muller's transform of Philox under key[k..]",
    "the same on every machine within 2 ulp, and for any number of threads",
    fill_normal,
    |key, i, dtype| {
        let normal = philox::normal(key, i);
        if dtype == DType::F32 { f64::from(normal as f32) } else { normal }
    },
    random_normal
);

/// The key's axes, then those of the attribute `shape`.
fn shape_rule(attrs: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    let (key, dtype) = (inputs[0], attrs.dtype("dtype"));
    if key.dtype != DType::I64 {
        return Err(Fault::new(
            format!("the key is {}, not i64", key.dtype),
            "write a whole number, or fold one from a key",
        ));
    }
    if !dtype.is_float() {
        return Err(Fault::new(format!("random numbers of {dtype}"), "draw f32 or f64 and cast them"));
    }
    let dims = [key.shape.dims(), attrs.shape("shape")?.dims()].concat();
    Ok(Outputs::One(Spec { shape: Shape::new(&dims).map_err(|e| Fault::new(e, ""))?, dtype }))
}

fn draw<T: crate::base::Element>(job: &mut Job<'_>, fill: fn(i64, u64, &mut [T])) {
    let keys = job.inputs[0].typed::<i64>();
    let each: usize = job.attrs.ints("shape").iter().map(|&d| d as usize).product();
    let team = job.team;
    for (&key, numbers) in keys.iter().zip(job.output::<T>().chunks_exact_mut(each.max(1))) {
        team.split(numbers, each, parts(each, PICOSECONDS), 0, |[first, _], numbers| {
            fill(key, first as u64, numbers);
        });
    }
}

fn element(attrs: &Attrs, key: &Plain, at: &[usize], draw: fn(i64, u64, DType) -> f64) -> f64 {
    let (own, place) = at.split_at(key.spec.shape.rank());
    let flat = place.iter().zip(attrs.indices("shape")).fold(0, |flat, (&i, d)| flat * d + i);
    draw(key.at(own) as i64, flat as u64, attrs.dtype("dtype"))
}

#[track_caller]
fn call(args: &Args<'_>, method: fn(Wire, &[usize], DType) -> Wire) -> Wire {
    let default = if args.dtype.is_float() { args.dtype } else { DType::F64 };
    match (arguments::counts(args, "shape"), arguments::dtype(args, default)) {
        (Some(shape), Some(dtype)) => method(arguments::whole(args, "key"), &shape, dtype),
        _ => Wire::POISON,
    }
}

fn sample(s: &mut Sampler) -> Case {
    let dtype = if s.coin() { DType::F64 } else { DType::F32 };
    let keys: Vec<usize> = s.dims(0, 1);
    let key: Tensor = s.ints(&keys, -1_000_000, 1_000_000);
    Case { attrs: Attrs::new([("shape", s.dims(0, 2).into()), ("dtype", dtype.into())]), inputs: vec![key] }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn each_example_draws_from_its_own_key() {
        let keys = Tensor::from(vec![3i64, -8, 3]);
        let program = trace(
            |keys: Wire| {
                let draw = |key: Wire| {
                    (key.random_normal(&[5], DType::F64), key.random_uniform(&[2, 2], DType::F32))
                };
                let first = draw(keys.at(0, 0));
                (vmap(draw)((keys,)), first)
            },
            &(keys.spec(),),
        );
        let ((normal, uniform), (one, _)) = program.unwrap().run((keys,)).unwrap();
        assert_eq!((normal.shape().dims(), uniform.shape().dims()), (vec![3, 5], vec![3, 2, 2]));
        let rows = normal.to_f64();
        assert_eq!((&rows[..5], &rows[..5]), (&rows[10..], &one.to_f64()[..]));
        assert_ne!(rows[..5], rows[5..10]);
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let text = |f: fn(Wire) -> Wire| trace(f, &(Spec::scalar(DType::F64),)).err().unwrap().to_string();
        assert!(
            text(|x| x.random_normal(&[2], DType::F64)).contains("random_normal: the key is f64, not i64")
        );
        assert!(
            text(|_| constant(1i64).random_uniform(&[2], DType::I64))
                .contains("random numbers of i64; hint: draw f32")
        );
    }
}
