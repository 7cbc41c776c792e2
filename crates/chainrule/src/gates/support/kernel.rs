//! Loops of element-wise kernels. Each slice is cut to the output's length first, so that the bounds checks leave the loop.

/// `output[i] = f(x[i])`.
#[inline(always)]
pub fn map1<A: Copy, R>(x: &[A], output: &mut [R], f: impl Fn(A) -> R) {
    let x = &x[..output.len()];
    for (to, &a) in output.iter_mut().zip(x) {
        *to = f(a);
    }
}

/// `output[i] = f(x[i], y[i])`.
#[inline(always)]
pub fn map2<A: Copy, B: Copy, R>(x: &[A], y: &[B], output: &mut [R], f: impl Fn(A, B) -> R) {
    let (x, y) = (&x[..output.len()], &y[..output.len()]);
    for ((to, &a), &b) in output.iter_mut().zip(x).zip(y) {
        *to = f(a, b);
    }
}

/// Runs a block with `T` standing for the element type of a dtype: `for_dtype!(dtype, [f32 f64], T => ...)`.
/// Dtypes that the room's shape rule lets through must be listed.
macro_rules! for_dtype {
    ($dtype:expr, [$($type:ident)*], $T:ident => $body:expr) => {{
        let dtype: $crate::base::DType = $dtype;
        $(if dtype == <$type as $crate::base::Element>::DTYPE {
            type $T = $type;
            $body
        } else)* {
            unreachable!("a kernel was asked for {dtype}: the shape rule lists the dtypes")
        }
    }};
}

/// The kernel of an element-wise gate with one input: `map1!([f32 f64] |x| x.exp())`.
/// The expression is compiled for each type. With one type, write `[u8] => |x| ..`: rustfmt takes `[u8] |x|` for arithmetic.
macro_rules! map1 {
    ([$($type:ident)*] $(=>)? |$x:ident| $body:expr) => {
        |job: &mut $crate::circuit::Job<'_>| {
            let x = job.inputs[0];
            for_dtype!(x.data.dtype(), [$($type)*], T => {
                $crate::gates::support::kernel::map1(x.typed::<T>(), job.output(), |$x: T| $body)
            })
        }
    };
}

/// The same with two inputs of one dtype.
macro_rules! map2 {
    ([$($type:ident)*] $(=>)? |$x:ident, $y:ident| $body:expr) => {
        |job: &mut $crate::circuit::Job<'_>| {
            let (x, y) = (job.inputs[0], job.inputs[1]);
            for_dtype!(x.data.dtype(), [$($type)*], T => {
                $crate::gates::support::kernel::map2(x.typed::<T>(), y.typed::<T>(), job.output(), |$x: T, $y: T| $body)
            })
        }
    };
}

/// The same with one expression for floats and another for integers.
macro_rules! map2_numbers {
    (float: |$x:ident, $y:ident| $float:expr, int: |$a:ident, $b:ident| $int:expr) => {
        |job: &mut $crate::circuit::Job<'_>| {
            if job.inputs[0].data.dtype().is_float() {
                let kernel: $crate::circuit::Kernel = map2!([f32 f64] |$x, $y| $float);
                kernel(job)
            } else {
                let kernel: $crate::circuit::Kernel = map2!([i32 i64 u8] |$a, $b| $int);
                kernel(job)
            }
        }
    };
}

/// The same with one input.
macro_rules! map1_numbers {
    (float: |$x:ident| $float:expr, int: |$a:ident| $int:expr) => {
        |job: &mut $crate::circuit::Job<'_>| {
            if job.inputs[0].data.dtype().is_float() {
                let kernel: $crate::circuit::Kernel = map1!([f32 f64] |$x| $float);
                kernel(job)
            } else {
                let kernel: $crate::circuit::Kernel = map1!([i32 i64 u8] |$a| $int);
                kernel(job)
            }
        }
    };
}

/// One element of the output in terms of the same element of the inputs: `element!(|x, y| x + y)`.
macro_rules! element {
    (|$x:ident| $body:expr) => {
        |_: &$crate::circuit::Attrs, inputs: &[$crate::circuit::Plain], at: &[usize]| {
            let $x: f64 = inputs[0].at(at);
            $body
        }
    };
    (|$x:ident, $y:ident| $body:expr) => {
        |_: &$crate::circuit::Attrs, inputs: &[$crate::circuit::Plain], at: &[usize]| {
            let ($x, $y): (f64, f64) = (inputs[0].at(at), inputs[1].at(at));
            $body
        }
    };
}
