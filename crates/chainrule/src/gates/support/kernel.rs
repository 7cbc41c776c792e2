//! Element-wise kernels from one expression: the rooms say what happens to one element.

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

/// The kernels of an element-wise gate with one input: `map1!([f32 f64] |x| x.exp())`. The expression is compiled for each
/// type and each set of vector instructions, which it may ask about as `L`. The output has the input's type, or the one
/// stated: `map1!([f32 f64] -> bool, |x| x.is_nan())`. Where a fast function does not reach, another may stand in:
/// `map1!([f32 f64] |x| fast(x), if is_far(x) => slow(x))`. `as Root` says that it is this function of `numeric::simple`, which can
/// then join others in one loop.
macro_rules! map1 {
    ([$($type:ident)*] |$x:ident| $body:expr, if $is_far:expr => $far:expr) => {
        |_: &$crate::circuit::Attrs, inputs: &[$crate::base::DType]| {
            struct Op;
            $(impl $crate::numeric::tile::Unary<$type, $type> for Op {
                #[inline(always)]
                fn at<L: $crate::numeric::tile::Level>($x: $type, _: i64) -> $type { $body }
                #[inline(always)]
                fn is_far($x: $type) -> bool { $is_far }
                fn far<L: $crate::numeric::tile::Level>($x: $type, _: i64) -> $type { $far }
            })*
            for_dtype!(inputs[0], [$($type)*], T => $crate::numeric::tile::unary::<Op, T, T>(0))
        }
    };
    ([$($type:ident)*] $(=>)? |$x:ident| $body:expr $(, as $simple:ident)?) => {
        |_: &$crate::circuit::Attrs, inputs: &[$crate::base::DType]| {
            struct Op;
            $(impl $crate::numeric::tile::Unary<$type, $type> for Op {
                #[inline(always)]
                fn at<L: $crate::numeric::tile::Level>($x: $type, _: i64) -> $type { $body }
            })*
            for_dtype!(inputs[0], [$($type)*], T => {
                $crate::numeric::tile::unary::<Op, T, T>(0)$(.known_as::<T>($crate::numeric::simple::Simple::$simple))?
            })
        }
    };
    ([$($type:ident)*] -> $to:ident, |$x:ident| $body:expr $(, as $simple:ident)?) => {
        |_: &$crate::circuit::Attrs, inputs: &[$crate::base::DType]| {
            struct Op;
            $(impl $crate::numeric::tile::Unary<$type, $to> for Op {
                #[inline(always)]
                fn at<L: $crate::numeric::tile::Level>($x: $type, _: i64) -> $to { $body }
            })*
            for_dtype!(inputs[0], [$($type)*], T => {
                $crate::numeric::tile::unary::<Op, T, $to>(0)$(.known_as::<T>($crate::numeric::simple::Simple::$simple))?
            })
        }
    };
}

/// The same with two inputs of one dtype.
macro_rules! map2 {
    ([$($type:ident)*] $(=>)? |$x:ident, $y:ident| $body:expr $(, as $simple:ident)?) => {
        |_: &$crate::circuit::Attrs, inputs: &[$crate::base::DType]| {
            struct Op;
            $(impl $crate::numeric::tile::Binary<$type, $type, $type> for Op {
                #[inline(always)]
                fn at<L: $crate::numeric::tile::Level>($x: $type, $y: $type, _: i64) -> $type { $body }
            })*
            for_dtype!(inputs[0], [$($type)*], T => {
                $crate::numeric::tile::binary::<Op, T, T, T>(0)$(.known_as::<T>($crate::numeric::simple::Simple::$simple))?
            })
        }
    };
    ([$($type:ident)*] -> $to:ident, |$x:ident, $y:ident| $body:expr $(, as $simple:ident)?) => {
        |_: &$crate::circuit::Attrs, inputs: &[$crate::base::DType]| {
            struct Op;
            $(impl $crate::numeric::tile::Binary<$type, $type, $to> for Op {
                #[inline(always)]
                fn at<L: $crate::numeric::tile::Level>($x: $type, $y: $type, _: i64) -> $to { $body }
            })*
            for_dtype!(inputs[0], [$($type)*], T => {
                $crate::numeric::tile::binary::<Op, T, T, $to>(0)$(.known_as::<T>($crate::numeric::simple::Simple::$simple))?
            })
        }
    };
}

/// The same with one expression for floats and another for integers.
macro_rules! map2_numbers {
    (float: |$x:ident, $y:ident| $float:expr $(, as $simple:ident)?, int: |$a:ident, $b:ident| $int:expr) => {
        |attrs: &$crate::circuit::Attrs, inputs: &[$crate::base::DType]| {
            let tiles: $crate::circuit::Tiles = match inputs[0].is_float() {
                true => map2!([f32 f64] |$x, $y| $float $(, as $simple)?),
                false => map2!([i32 i64 u8] |$a, $b| $int),
            };
            tiles(attrs, inputs)
        }
    };
}

/// The same with one input.
macro_rules! map1_numbers {
    (float: |$x:ident| $float:expr $(, as $simple:ident)?, int: |$a:ident| $int:expr) => {
        |attrs: &$crate::circuit::Attrs, inputs: &[$crate::base::DType]| {
            let tiles: $crate::circuit::Tiles = match inputs[0].is_float() {
                true => map1!([f32 f64] |$x| $float $(, as $simple)?),
                false => map1!([i32 i64 u8] |$a| $int),
            };
            tiles(attrs, inputs)
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
    (|$x:ident, $y:ident| $body:expr $(, as $simple:ident)?) => {
        |_: &$crate::circuit::Attrs, inputs: &[$crate::circuit::Plain], at: &[usize]| {
            let ($x, $y): (f64, f64) = (inputs[0].at(at), inputs[1].at(at));
            $body
        }
    };
}
