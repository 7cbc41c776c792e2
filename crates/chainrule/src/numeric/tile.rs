//! Element-wise kernels: one loop over a tile, compiled for each set of vector instructions and picked at run time.
//!
//! The loops are plain Rust; under `#[target_feature]` the compiler turns them into vector instructions, within a few
//! percent of intrinsics. A tile gets untyped pointers, so that the executor's inner loop is one indirect call.

#![allow(unsafe_code)]

use super::simple::{Kind, Simple};
use std::mem::MaybeUninit;
use std::sync::OnceLock;

/// Vector instructions that a loop is compiled for.
pub trait Level {
    /// Whether a fused multiply-add is one instruction. Where it is not, it is a slow call into the platform's library.
    const FUSED: bool;
}

/// What every machine has.
pub struct Portable;
/// 256-bit vectors with fused multiply-add.
pub struct Avx2;
/// 512-bit vectors.
pub struct Avx512;

impl Level for Portable {
    const FUSED: bool = cfg!(target_arch = "aarch64");
}
impl Level for Avx2 {
    const FUSED: bool = true;
}
impl Level for Avx512 {
    const FUSED: bool = true;
}

/// The levels that a machine can have, each including those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Instructions {
    /// See [`Portable`].
    Portable,
    /// See [`Avx2`].
    Avx2,
    /// See [`Avx512`].
    Avx512,
}

/// The best that this machine has.
pub fn instructions() -> Instructions {
    static FOUND: OnceLock<Instructions> = OnceLock::new();
    *FOUND.get_or_init(|| {
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            let wide = ["f", "vl", "bw", "dq"];
            let avx512 = wide.iter().all(|part| match *part {
                "f" => is_x86_feature_detected!("avx512f"),
                "vl" => is_x86_feature_detected!("avx512vl"),
                "bw" => is_x86_feature_detected!("avx512bw"),
                _ => is_x86_feature_detected!("avx512dq"),
            });
            match (avx512 && avx2, avx2) {
                (true, _) => return Instructions::Avx512,
                (false, true) => return Instructions::Avx2,
                (false, false) => {}
            }
        }
        Instructions::Portable
    })
}

/// Where a tile reads and writes.
pub struct Ports {
    /// First elements of the inputs; as many as the kernel takes count.
    pub inputs: [*const u8; 3],
    /// First element of the output.
    pub output: *mut u8,
    /// Number of elements.
    pub len: usize,
    /// The inputs of which one number stands for all elements.
    pub lone: Lone,
}

/// Inputs that are one number, read once instead of from a tile: any input of a function of two, but not both; the second
/// and third of a function of three.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Lone(u8);

impl Lone {
    /// No input is.
    pub const NONE: Lone = Lone(0);
    const FIRST: u8 = 1;
    const SECOND: u8 = 2;
    const THIRD: u8 = 4;
    const LAST_TWO: u8 = Lone::SECOND | Lone::THIRD;

    /// These and one more, if a function of so many inputs can read it so.
    pub fn with(self, input: usize, arity: usize) -> Option<Lone> {
        let more = self.0 | 1 << input;
        let can = match arity {
            2 => more < (Lone::FIRST | Lone::SECOND),
            3 => input > 0,
            _ => false,
        };
        can.then_some(Lone(more))
    }

    /// Whether an input is one number.
    pub fn has(self, input: usize) -> bool {
        self.0 & 1 << input != 0
    }
}

type Function = unsafe fn(&Ports, i64);

/// Three inputs and the output of one element.
type Single = unsafe fn(*const u8, *const u8, *const u8, *mut u8, i64);

/// An element-wise kernel for certain dtypes, ready to be called.
#[derive(Clone, Copy)]
pub struct Tile {
    function: Function,
    single: Single,
    parameter: i64,
    simple: Option<(Simple, Kind)>,
}

impl Tile {
    /// Computes a tile.
    ///
    /// # Safety
    /// Each port holds `len` elements of the type that the kernel was made for, or one if it is a lone input, aligned, and
    /// the output overlaps none of the inputs.
    #[inline(always)]
    pub unsafe fn run(&self, ports: &Ports) {
        // SAFETY: the caller keeps the contract, which is the same.
        unsafe { (self.function)(ports, self.parameter) }
    }

    /// Computes one element, in a third of the time that a tile of one would take. Same bits.
    ///
    /// # Safety
    /// See [`Tile::run`]; the output may be one of the inputs.
    #[inline(always)]
    pub unsafe fn run_one(&self, inputs: [*const u8; 3], output: *mut u8) {
        // SAFETY: the caller keeps the contract, which is the same.
        unsafe { (self.single)(inputs[0], inputs[1], inputs[2], output, self.parameter) }
    }

    /// The same, known as this function of numbers of this type.
    pub fn known_as<T: 'static>(self, function: Simple) -> Tile {
        Tile { simple: Kind::of::<T>(function).map(|kind| (function, kind)), ..self }
    }

    /// Which simple function of which numbers it is, if it is one.
    pub fn simple(&self) -> Option<(Simple, Kind)> {
        self.simple
    }

    /// Equal for two uses of one kernel.
    pub fn key(&self) -> (usize, i64) {
        (self.function as usize, self.parameter)
    }
}

/// A function of one element. `parameter` is the gate's own number, such as an exponent.
pub trait Unary<A, R> {
    /// One element; implementations are `#[inline(always)]`, or the loop around them cannot become vector instructions.
    fn at<L: Level>(a: A, parameter: i64) -> R;

    /// Whether `at` is not right here and `far` must be asked. A branch in `at` would keep the whole loop from becoming
    /// vector instructions; so the tile is looked through again, and only if there is such an element in it.
    #[inline(always)]
    fn is_far(_: A) -> bool {
        false
    }

    /// The function of an element that is far.
    #[inline(always)]
    fn far<L: Level>(a: A, parameter: i64) -> R {
        Self::at::<L>(a, parameter)
    }
}

/// A function of two elements.
pub trait Binary<A, B, R> {
    /// See [`Unary::at`].
    fn at<L: Level>(a: A, b: B, parameter: i64) -> R;
}

/// A function of three elements.
pub trait Ternary<A, B, C, R> {
    /// See [`Unary::at`].
    fn at<L: Level>(a: A, b: B, c: C, parameter: i64) -> R;
}

/// A loop and its body alone, each in three versions, and the choice among them.
macro_rules! levels {
    ($name:ident, $on:ident, $body:ident, $single:ident, $trait:ident, [$($input:ident),*]) => {
        /// The kernel of a function of single elements.
        pub fn $name<O: $trait<$($input,)* R>, $($input: Copy,)* R>(parameter: i64) -> Tile {
            $on::<O, $($input,)* R>(instructions(), parameter)
        }

        /// The same for these instructions, or for the best that the machine has if it lacks them.
        pub fn $on<O: $trait<$($input,)* R>, $($input: Copy,)* R>(level: Instructions, parameter: i64) -> Tile {
            #[cfg(target_arch = "x86_64")]
            {
                versions!(avx2, avx2_single, Avx2, "avx2,fma,bmi1,bmi2,lzcnt,popcnt",
                    $body, $single, $trait, [$($input),*]);
                versions!(avx512, avx512_single, Avx512,
                    "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma,bmi1,bmi2,lzcnt,popcnt",
                    $body, $single, $trait, [$($input),*]);
                match level.min(instructions()) {
                    // The functions are called only on machines that have the instructions.
                    Instructions::Avx512 => {
                        let (function, single) = (avx512::<O, $($input,)* R>, avx512_single::<O, $($input,)* R>);
                        return Tile { function, single, parameter, simple: None };
                    }
                    Instructions::Avx2 => {
                        let (function, single) = (avx2::<O, $($input,)* R>, avx2_single::<O, $($input,)* R>);
                        return Tile { function, single, parameter, simple: None };
                    }
                    Instructions::Portable => {}
                }
            }
            #[cfg(not(target_arch = "x86_64"))]
            let _ = level;
            let (function, single) =
                ($body::<Portable, O, $($input,)* R>, $single::<Portable, O, $($input,)* R>);
            Tile { function, single, parameter, simple: None }
        }
    };
}

/// Both functions for a set of instructions.
#[cfg(target_arch = "x86_64")]
macro_rules! versions {
    ($loop:ident, $one:ident, $level:ident, $features:literal, $body:ident, $single:ident, $trait:ident,
        [$($input:ident),*]) => {
        /// # Safety
        /// See [`Tile::run`]; the machine has the instructions.
        #[target_feature(enable = $features)]
        unsafe fn $loop<O: $trait<$($input,)* R>, $($input: Copy,)* R>(ports: &Ports, parameter: i64) {
            // SAFETY: handed on.
            unsafe { $body::<$level, O, $($input,)* R>(ports, parameter) }
        }
        /// # Safety
        /// See [`Tile::run_one`]; the machine has the instructions.
        #[target_feature(enable = $features)]
        unsafe fn $one<O: $trait<$($input,)* R>, $($input: Copy,)* R>(
            a: *const u8,
            b: *const u8,
            c: *const u8,
            output: *mut u8,
            parameter: i64,
        ) {
            // SAFETY: handed on.
            unsafe { $single::<$level, O, $($input,)* R>(a, b, c, output, parameter) }
        }
    };
}

levels!(unary, unary_on, unary_loop, unary_single, Unary, [A]);
levels!(binary, binary_on, binary_loop, binary_single, Binary, [A, B]);
levels!(ternary, ternary_on, ternary_loop, ternary_single, Ternary, [A, B, C]);

/// # Safety
/// See [`Tile::run_one`].
#[inline(always)]
unsafe fn unary_single<L: Level, O: Unary<A, R>, A: Copy, R>(
    a: *const u8,
    _: *const u8,
    _: *const u8,
    output: *mut u8,
    parameter: i64,
) {
    // SAFETY: the addresses hold an element of these types each, by the contract.
    unsafe {
        let a = a.cast::<A>().read();
        let result = if O::is_far(a) { O::far::<L>(a, parameter) } else { O::at::<L>(a, parameter) };
        output.cast::<R>().write(result);
    }
}

/// # Safety
/// See [`Tile::run_one`].
#[inline(always)]
unsafe fn binary_single<L: Level, O: Binary<A, B, R>, A: Copy, B: Copy, R>(
    a: *const u8,
    b: *const u8,
    _: *const u8,
    output: *mut u8,
    parameter: i64,
) {
    // SAFETY: as in `unary_single`.
    unsafe {
        let (a, b) = (a.cast::<A>().read(), b.cast::<B>().read());
        output.cast::<R>().write(O::at::<L>(a, b, parameter));
    }
}

/// # Safety
/// See [`Tile::run_one`].
#[inline(always)]
unsafe fn ternary_single<L: Level, O: Ternary<A, B, C, R>, A: Copy, B: Copy, C: Copy, R>(
    a: *const u8,
    b: *const u8,
    c: *const u8,
    output: *mut u8,
    parameter: i64,
) {
    // SAFETY: as in `unary_single`.
    unsafe {
        let (a, b, c) = (a.cast::<A>().read(), b.cast::<B>().read(), c.cast::<C>().read());
        output.cast::<R>().write(O::at::<L>(a, b, c, parameter));
    }
}

/// # Safety
/// See [`Tile::run`].
#[inline(always)]
unsafe fn unary_loop<L: Level, O: Unary<A, R>, A: Copy, R>(ports: &Ports, parameter: i64) {
    // SAFETY: the ports hold `len` elements of these types and the output overlaps nothing, by the contract of `run`.
    let (x, output) = unsafe { (input::<A>(ports, 0), output::<R>(ports)) };
    let mut any_far = false;
    for (to, &a) in output.iter_mut().zip(x) {
        to.write(O::at::<L>(a, parameter));
        any_far |= O::is_far(a);
    }
    if any_far {
        for (to, &a) in output.iter_mut().zip(x).filter(|(_, a)| O::is_far(**a)) {
            to.write(O::far::<L>(a, parameter));
        }
    }
}

/// # Safety
/// See [`Tile::run`].
#[inline(always)]
unsafe fn binary_loop<L: Level, O: Binary<A, B, R>, A: Copy, B: Copy, R>(ports: &Ports, parameter: i64) {
    // SAFETY: as in `unary_loop`, where lone inputs have one element.
    let (x, y, output) = unsafe { (input::<A>(ports, 0), input::<B>(ports, 1), output::<R>(ports)) };
    match (ports.lone.0, x, y) {
        (Lone::FIRST, &[a], _) => {
            for (to, &b) in output.iter_mut().zip(y) {
                to.write(O::at::<L>(a, b, parameter));
            }
        }
        (Lone::SECOND, _, &[b]) => {
            for (to, &a) in output.iter_mut().zip(x) {
                to.write(O::at::<L>(a, b, parameter));
            }
        }
        _ => {
            for ((to, &a), &b) in output.iter_mut().zip(x).zip(y) {
                to.write(O::at::<L>(a, b, parameter));
            }
        }
    }
}

/// # Safety
/// See [`Tile::run`].
#[inline(always)]
unsafe fn ternary_loop<L: Level, O, A: Copy, B: Copy, C: Copy, R>(ports: &Ports, parameter: i64)
where
    O: Ternary<A, B, C, R>,
{
    // SAFETY: as in `binary_loop`.
    let (x, y) = unsafe { (input::<A>(ports, 0), input::<B>(ports, 1)) };
    // SAFETY: as in `binary_loop`.
    let (z, output) = unsafe { (input::<C>(ports, 2), output::<R>(ports)) };
    match (ports.lone.0, y, z) {
        (Lone::SECOND, &[b], _) => {
            for ((to, &a), &c) in output.iter_mut().zip(x).zip(z) {
                to.write(O::at::<L>(a, b, c, parameter));
            }
        }
        (Lone::THIRD, _, &[c]) => {
            for ((to, &a), &b) in output.iter_mut().zip(x).zip(y) {
                to.write(O::at::<L>(a, b, c, parameter));
            }
        }
        (Lone::LAST_TWO, &[b], &[c]) => {
            for (to, &a) in output.iter_mut().zip(x) {
                to.write(O::at::<L>(a, b, c, parameter));
            }
        }
        _ => {
            for (((to, &a), &b), &c) in output.iter_mut().zip(x).zip(y).zip(z) {
                to.write(O::at::<L>(a, b, c, parameter));
            }
        }
    }
}

/// # Safety
/// Input `i` holds `len` elements of this type, aligned, or one if it is lone.
#[inline(always)]
unsafe fn input<'a, T>(ports: &Ports, i: usize) -> &'a [T] {
    let len = if ports.lone.has(i) { 1 } else { ports.len };
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(ports.inputs[i].cast(), len) }
}

/// # Safety
/// The output holds `len` elements of this type, aligned, and nobody else looks at them. What it held may be of any type.
#[inline(always)]
unsafe fn output<'a, T>(ports: &Ports) -> &'a mut [MaybeUninit<T>] {
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts_mut(ports.output.cast(), ports.len) }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Add;
    impl Binary<f32, f32, f32> for Add {
        #[inline(always)]
        fn at<L: Level>(a: f32, b: f32, parameter: i64) -> f32 {
            a + b + parameter as f32
        }
    }

    #[test]
    fn a_tile_computes_every_element() {
        for len in [0, 1, 15, 16, 17, 1000] {
            let x: Vec<f32> = (0..len).map(|i| i as f32).collect();
            let mut y = vec![f32::NAN; len];
            let ports = Ports {
                inputs: [x.as_ptr().cast(), x.as_ptr().cast(), std::ptr::null()],
                output: y.as_mut_ptr().cast(),
                len,
                lone: Lone::NONE,
            };
            let tile = binary::<Add, f32, f32, f32>(3);
            // SAFETY: both vectors hold `len` floats, and they are different ones.
            unsafe { tile.run(&ports) };
            assert!(y.iter().enumerate().all(|(i, &y)| y == 2.0 * i as f32 + 3.0));
            for (x, y) in x.iter().zip(&mut y) {
                let at = std::ptr::from_ref(x).cast();
                // SAFETY: the addresses are those of floats.
                unsafe { tile.run_one([at, at, std::ptr::null()], std::ptr::from_mut(y).cast()) };
                assert_eq!(*y, 2.0 * x + 3.0);
            }
        }
    }

    struct Mix;
    impl Ternary<f32, f32, f32, f32> for Mix {
        #[inline(always)]
        fn at<L: Level>(a: f32, b: f32, c: f32, _: i64) -> f32 {
            (a - b) * 3.0 - c
        }
    }
    impl Binary<f32, f32, f32> for Mix {
        #[inline(always)]
        fn at<L: Level>(a: f32, b: f32, _: i64) -> f32 {
            a - 2.0 * b
        }
    }

    /// A kernel over 37 elements, of whose inputs some are repeated, or lone if `is_lone`.
    fn mixed(tile: Tile, arity: usize, repeated: &[usize], is_lone: bool) -> Option<Vec<f32>> {
        let whole: Vec<Vec<f32>> = (0..3).map(|i| (0..37).map(|j| (7 * i + j) as f32).collect()).collect();
        let (mut inputs, mut lone) = (whole.clone(), Lone::NONE);
        for &i in repeated {
            inputs[i] = vec![whole[i][5]; if is_lone { 1 } else { 37 }];
            lone = if is_lone { lone.with(i, arity)? } else { lone };
        }
        let mut output = vec![f32::NAN; 37];
        let inputs = [0, 1, 2].map(|i| inputs[i].as_ptr().cast());
        let ports = Ports { inputs, output: output.as_mut_ptr().cast(), len: 37, lone };
        // SAFETY: the vectors hold 37 floats each, or one where that is said.
        unsafe { tile.run(&ports) };
        Some(output)
    }

    #[test]
    fn a_lone_input_is_read_as_one_that_is_repeated() {
        let (two, three) = (binary::<Mix, f32, f32, f32>(0), ternary::<Mix, f32, f32, f32, f32>(0));
        let cases: [(Tile, usize, &[&[usize]]); 2] =
            [(two, 2, &[&[], &[0], &[1]]), (three, 3, &[&[], &[1], &[2], &[1, 2]])];
        for (tile, arity, sets) in cases {
            for set in sets {
                let wanted = mixed(tile, arity, set, false);
                assert_eq!(mixed(tile, arity, set, true), wanted, "{arity} inputs, of which {set:?}");
            }
        }
        let refused: [(usize, &[usize]); 3] = [(2, &[0, 1]), (3, &[0]), (1, &[0])];
        for (arity, set) in refused {
            let all = set.iter().try_fold(Lone::NONE, |lone, &i| lone.with(i, arity));
            assert_eq!(all, None, "{arity} inputs, of which {set:?}");
        }
    }
}
