//! Concrete arrays of numbers: row-major, shared until written.

use super::{DType, Diagnostic, Element, Mistake, Place, Result, Shape, Spec, brief};
use std::{fmt, sync::Arc};

/// The numbers of a tensor, row-major.
#[derive(Clone, PartialEq)]
#[allow(missing_docs)]
pub enum Data {
    F32(Vec<f32>),
    F64(Vec<f64>),
    I32(Vec<i32>),
    I64(Vec<i64>),
    U8(Vec<u8>),
    Bool(Vec<bool>),
}

/// Borrowed numbers.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub enum Slice<'a> {
    F32(&'a [f32]),
    F64(&'a [f64]),
    I32(&'a [i32]),
    I64(&'a [i64]),
    U8(&'a [u8]),
    Bool(&'a [bool]),
}

/// Borrowed numbers that are to be written.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum SliceMut<'a> {
    F32(&'a mut [f32]),
    F64(&'a mut [f64]),
    I32(&'a mut [i32]),
    I64(&'a mut [i64]),
    U8(&'a mut [u8]),
    Bool(&'a mut [bool]),
}

/// Runs the same expression for whichever dtype a `Data`, `Slice` or `SliceMut` holds.
macro_rules! each_dtype {
    ($kind:ident, $value:expr, $v:ident => $body:expr) => {
        match $value {
            $kind::F32($v) => $body,
            $kind::F64($v) => $body,
            $kind::I32($v) => $body,
            $kind::I64($v) => $body,
            $kind::U8($v) => $body,
            $kind::Bool($v) => $body,
        }
    };
}

/// The same with a constructor of the same name around the result.
macro_rules! rewrap {
    ($from:ident => $to:ident, $value:expr, $v:ident => $body:expr) => {
        match $value {
            $from::F32($v) => $to::F32($body),
            $from::F64($v) => $to::F64($body),
            $from::I32($v) => $to::I32($body),
            $from::I64($v) => $to::I64($body),
            $from::U8($v) => $to::U8($body),
            $from::Bool($v) => $to::Bool($body),
        }
    };
}

impl Data {
    /// Zeros (`false` for `bool`).
    pub fn zeros(dtype: DType, elements: usize) -> Data {
        match dtype {
            DType::F32 => Data::F32(vec![0.0; elements]),
            DType::F64 => Data::F64(vec![0.0; elements]),
            DType::I32 => Data::I32(vec![0; elements]),
            DType::I64 => Data::I64(vec![0; elements]),
            DType::U8 => Data::U8(vec![0; elements]),
            DType::Bool => Data::Bool(vec![false; elements]),
        }
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        each_dtype!(Data, self, v => v.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Borrowed.
    #[inline]
    pub fn as_slice(&self) -> Slice<'_> {
        rewrap!(Data => Slice, self, v => v)
    }

    /// Borrowed to be written.
    #[inline]
    pub fn as_slice_mut(&mut self) -> SliceMut<'_> {
        rewrap!(Data => SliceMut, self, v => v)
    }
}

impl<'a> Slice<'a> {
    /// Its dtype.
    #[inline]
    pub fn dtype(self) -> DType {
        match self {
            Slice::F32(_) => DType::F32,
            Slice::F64(_) => DType::F64,
            Slice::I32(_) => DType::I32,
            Slice::I64(_) => DType::I64,
            Slice::U8(_) => DType::U8,
            Slice::Bool(_) => DType::Bool,
        }
    }

    /// Number of elements.
    pub fn len(self) -> usize {
        each_dtype!(Slice, self, v => v.len())
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The bits of the only element, if it is the only one.
    pub(crate) fn single(self) -> Option<u64> {
        match self {
            Slice::F32(&[v]) => Some(v.to_bits().into()),
            Slice::F64(&[v]) => Some(v.to_bits()),
            Slice::I32(&[v]) => Some(v as u64),
            Slice::I64(&[v]) => Some(v as u64),
            Slice::U8(&[v]) => Some(v.into()),
            Slice::Bool(&[v]) => Some(v.into()),
            _ => None,
        }
    }

    /// A part of it. The range must lie within.
    pub fn part(self, from: usize, to: usize) -> Slice<'a> {
        rewrap!(Slice => Slice, self, v => &v[from..to])
    }

    /// An owned copy.
    pub fn to_data(self) -> Data {
        rewrap!(Slice => Data, self, v => v.to_vec())
    }

    /// Converted to `f64`, as [`Element::to_f64`] does.
    pub fn to_f64(self) -> Vec<f64> {
        each_dtype!(Slice, self, v => v.iter().map(|x| x.to_f64()).collect())
    }

    /// Converted to `i64`, as [`Element::to_i64`] does.
    pub fn to_i64(self) -> Vec<i64> {
        each_dtype!(Slice, self, v => v.iter().map(|x| x.to_i64()).collect())
    }

    /// The numbers, whose type the caller knows. A mismatch is a bug of ours.
    #[track_caller]
    pub fn typed<T: Element>(self) -> &'a [T] {
        let dtype = self.dtype();
        T::slice(self)
            .unwrap_or_else(|| panic!("a {dtype} slice was read as {}: shape rules fix dtypes", T::DTYPE))
    }
}

impl SliceMut<'_> {
    /// Copies from a slice of the same dtype and length. Anything else is a bug of ours.
    pub fn copy_from(&mut self, from: Slice<'_>) {
        match (self, from) {
            (SliceMut::F32(to), Slice::F32(from)) => to.copy_from_slice(from),
            (SliceMut::F64(to), Slice::F64(from)) => to.copy_from_slice(from),
            (SliceMut::I32(to), Slice::I32(from)) => to.copy_from_slice(from),
            (SliceMut::I64(to), Slice::I64(from)) => to.copy_from_slice(from),
            (SliceMut::U8(to), Slice::U8(from)) => to.copy_from_slice(from),
            (SliceMut::Bool(to), Slice::Bool(from)) => to.copy_from_slice(from),
            (to, from) => panic!("copied {} into {}: plans fix dtypes", from.dtype(), to.as_slice().dtype()),
        }
    }

    /// Read only.
    pub fn as_slice(&self) -> Slice<'_> {
        rewrap!(SliceMut => Slice, self, v => v)
    }

    /// A shorter borrow of the same numbers.
    pub fn reborrow(&mut self) -> SliceMut<'_> {
        rewrap!(SliceMut => SliceMut, self, v => v)
    }

    /// A part of it. The range must lie within.
    pub fn part(&mut self, from: usize, to: usize) -> SliceMut<'_> {
        rewrap!(SliceMut => SliceMut, self, v => &mut v[from..to])
    }
}

/// An n-dimensional array of numbers. Cloning shares the numbers; writing to a shared one copies first.
#[derive(Clone, PartialEq)]
pub struct Tensor {
    shape: Shape,
    data: Arc<Data>,
}

impl Tensor {
    /// A tensor of these numbers, row-major, in this shape.
    ///
    /// # Errors
    /// The numbers are more or fewer than the shape holds, or the shape is beyond the limits.
    ///
    /// ```
    /// # use chainrule::Tensor;
    /// let t = Tensor::new(vec![1.0, 2.0, 3.0, 4.0], &[2, 2])?;
    /// assert_eq!(t.shape().dims(), [2, 2]);
    /// # Ok::<(), chainrule::Diagnostic>(())
    /// ```
    pub fn new<T: Element>(values: Vec<T>, dims: &[usize]) -> Result<Tensor> {
        Tensor::from_data(T::wrap(values), dims)
    }

    /// The same from untyped numbers.
    ///
    /// # Errors
    /// As [`Tensor::new`].
    pub fn from_data(data: Data, dims: &[usize]) -> Result<Tensor> {
        let mistake = |what: String, hint: &str| -> Diagnostic {
            Mistake::new(Place::Unknown, "tensor", what).hint(hint).into()
        };
        let shape = Shape::new(dims).map_err(|what| mistake(what, "make several smaller tensors"))?;
        if data.len() != shape.elements() {
            let what = format!("shape {shape} holds {} numbers, not {}", shape.elements(), data.len());
            return Err(mistake(what, "give as many numbers as the lengths of the axes multiply to"));
        }
        Ok(Tensor { shape, data: Arc::new(data) })
    }

    /// One number.
    pub fn scalar<T: Element>(value: T) -> Tensor {
        Tensor { shape: Shape::SCALAR, data: Arc::new(T::wrap(vec![value])) }
    }

    /// Zeros.
    pub fn zeros(spec: Spec) -> Tensor {
        Tensor { shape: spec.shape, data: Arc::new(Data::zeros(spec.dtype, spec.shape.elements())) }
    }

    /// The same value everywhere, converted as [`Element::from_f64`] does.
    pub fn full(spec: Spec, value: f64) -> Tensor {
        Tensor::from_f64(spec, &vec![value; spec.shape.elements()])
    }

    /// Numbers given as `f64`, converted as [`Element::from_f64`] does. As many as the shape holds: anything else is a bug of ours.
    pub fn from_f64(spec: Spec, values: &[f64]) -> Tensor {
        fn to<T: Element>(values: &[f64]) -> Data {
            T::wrap(values.iter().map(|&v| T::from_f64(v)).collect())
        }
        assert_eq!(values.len(), spec.shape.elements(), "as many numbers as the shape holds");
        let data = match spec.dtype {
            DType::F32 => to::<f32>(values),
            DType::F64 => to::<f64>(values),
            DType::I32 => to::<i32>(values),
            DType::I64 => to::<i64>(values),
            DType::U8 => to::<u8>(values),
            DType::Bool => to::<bool>(values),
        };
        Tensor { shape: spec.shape, data: Arc::new(data) }
    }

    /// Shape and dtype.
    #[inline]
    pub fn spec(&self) -> Spec {
        Spec { shape: self.shape, dtype: self.dtype() }
    }

    /// Lengths of the axes.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Kind of number.
    #[inline]
    pub fn dtype(&self) -> DType {
        self.slice().dtype()
    }

    /// The numbers, row-major.
    #[inline]
    pub fn slice(&self) -> Slice<'_> {
        self.data.as_slice()
    }

    /// The numbers, to be written; copies them first if someone else holds them too.
    #[inline]
    pub fn slice_mut(&mut self) -> SliceMut<'_> {
        Arc::make_mut(&mut self.data).as_slice_mut()
    }

    /// Whether it has this spec.
    #[inline]
    pub(crate) fn is(&self, spec: &Spec) -> bool {
        self.dtype() == spec.dtype && self.shape == spec.shape
    }

    /// The numbers, to be written, if no other tensor shares them.
    pub(crate) fn own(&mut self) -> Option<SliceMut<'_>> {
        Arc::get_mut(&mut self.data).map(Data::as_slice_mut)
    }

    /// The numbers as Rust values, row-major.
    ///
    /// ```
    /// # use chainrule::Tensor;
    /// let t = Tensor::from([[1i64, 2], [3, 4]]);
    /// assert_eq!(t.as_slice::<i64>()?, [1, 2, 3, 4]);
    /// let error = t.as_slice::<f64>().unwrap_err().to_string();
    /// assert_eq!(error, "tensor: a tensor of i64 was read as f64; hint: cast it, or read it as what it is");
    /// # Ok::<(), chainrule::Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// The tensor has another dtype.
    pub fn as_slice<T: Element>(&self) -> Result<&[T]> {
        T::slice(self.slice()).ok_or_else(|| {
            let what = format!("a tensor of {} was read as {}", self.dtype(), T::DTYPE);
            Mistake::new(Place::Unknown, "tensor", what).hint("cast it, or read it as what it is").into()
        })
    }

    /// The numbers as Rust values, to be written; copies them first if someone else holds them too.
    ///
    /// ```
    /// # use chainrule::Tensor;
    /// let mut t = Tensor::from([1.0, 2.0]);
    /// let before = t.clone();
    /// t.as_slice_mut::<f64>()?[0] = 5.0;
    /// assert_eq!((t.to_f64(), before.to_f64()), (vec![5.0, 2.0], vec![1.0, 2.0]));
    /// # Ok::<(), chainrule::Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// The tensor has another dtype.
    pub fn as_slice_mut<T: Element>(&mut self) -> Result<&mut [T]> {
        // The same mistake, before anything is copied.
        self.as_slice::<T>()?;
        Ok(T::slice_mut(self.slice_mut()).expect("the numbers could just be read as this type"))
    }

    /// A copy of the numbers, row-major. `Vec::try_from(&tensor)` is the same.
    ///
    /// # Errors
    /// The tensor has another dtype.
    pub fn to_vec<T: Element>(&self) -> Result<Vec<T>> {
        Ok(self.as_slice::<T>()?.to_vec())
    }

    /// Any dtype as `f64`, row-major.
    pub fn to_f64(&self) -> Vec<f64> {
        self.slice().to_f64()
    }

    /// The only number of a tensor with one element, as `f64`.
    ///
    /// # Errors
    /// It has none, or several.
    pub fn item(&self) -> Result<f64> {
        match self.to_f64()[..] {
            [value] => Ok(value),
            ref values => {
                let what = format!("{} has {} elements, not one", self.spec(), values.len());
                Err(Mistake::new(Place::Unknown, "tensor", what)
                    .hint("read them with to_vec or to_f64")
                    .into())
            }
        }
    }

    /// The same numbers in another shape.
    ///
    /// # Errors
    /// The shape holds more or fewer numbers.
    pub fn reshape(&self, dims: &[usize]) -> Result<Tensor> {
        let shape = Shape::new(dims).map_err(|e| {
            Mistake::new(Place::Unknown, "reshape", e).hint("join axes, or make several smaller tensors")
        })?;
        if shape.elements() != self.shape.elements() {
            let what = format!("{} numbers do not fit {shape}", self.shape.elements());
            return Err(Mistake::new(Place::Unknown, "reshape", what)
                .hint("keep the number of elements")
                .into());
        }
        Ok(Tensor { shape, data: self.data.clone() })
    }

    /// Converted to another dtype, as the gate `cast` does: floats as [`Element::from_f64`], integers wrap.
    pub fn cast(&self, dtype: DType) -> Tensor {
        if dtype == self.dtype() {
            return self.clone();
        }
        if !self.dtype().is_float() && !dtype.is_float() {
            fn to<T: Element>(values: &[i64]) -> Data {
                T::wrap(values.iter().map(|&v| T::from_i64(v)).collect())
            }
            let values = self.slice().to_i64();
            let data = match dtype {
                DType::I32 => to::<i32>(&values),
                DType::U8 => to::<u8>(&values),
                DType::Bool => to::<bool>(&values),
                DType::I64 | DType::F32 | DType::F64 => Data::I64(values),
            };
            return Tensor { shape: self.shape, data: Arc::new(data) };
        }
        Tensor::from_f64(self.spec().with_dtype(dtype), &self.to_f64())
    }
}

impl<T: Element> From<T> for Tensor {
    /// One number, without axes.
    fn from(value: T) -> Self {
        Tensor::scalar(value)
    }
}

impl<T: Element> From<Vec<T>> for Tensor {
    /// One axis. The vector is not copied.
    ///
    /// ```
    /// # use chainrule::Tensor;
    /// let t = Tensor::from(vec![1.0, 2.0, 3.0]);
    /// assert_eq!(t.shape().dims(), [3]);
    /// assert_eq!(Vec::<f64>::try_from(&t)?, [1.0, 2.0, 3.0]);
    /// # Ok::<(), chainrule::Diagnostic>(())
    /// ```
    ///
    /// # Panics
    /// More than 2^31 numbers, which no axis can hold; [`Tensor::new`] has an error instead.
    fn from(values: Vec<T>) -> Self {
        let shape = Shape::new(&[values.len()]).expect("a vector has at most 2^31 numbers");
        Tensor { shape, data: Arc::new(T::wrap(values)) }
    }
}

impl<T: Element> From<&[T]> for Tensor {
    /// One axis, copied; as from a vector.
    fn from(values: &[T]) -> Self {
        Tensor::from(values.to_vec())
    }
}

impl<T: Element> From<&Vec<T>> for Tensor {
    /// One axis, copied; as from a vector.
    fn from(values: &Vec<T>) -> Self {
        Tensor::from(values.clone())
    }
}

impl<T: Element, const N: usize> From<[T; N]> for Tensor {
    /// One axis.
    fn from(values: [T; N]) -> Self {
        Tensor::from(values.to_vec())
    }
}

impl<T: Element, const N: usize> From<&[T; N]> for Tensor {
    /// One axis, copied.
    fn from(values: &[T; N]) -> Self {
        Tensor::from(values.to_vec())
    }
}

impl<T: Element, const M: usize, const N: usize> From<[[T; N]; M]> for Tensor {
    /// A matrix, row by row.
    ///
    /// ```
    /// # use chainrule::Tensor;
    /// let t = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_eq!(t.shape().dims(), [2, 3]);
    /// ```
    fn from(rows: [[T; N]; M]) -> Self {
        let shape = Shape::new(&[M, N]).expect("what a program writes down is within the limits");
        Tensor { shape, data: Arc::new(T::wrap(rows.concat())) }
    }
}

impl<T: Element> TryFrom<&Tensor> for Vec<T> {
    type Error = Diagnostic;

    /// As [`Tensor::to_vec`].
    fn try_from(tensor: &Tensor) -> Result<Vec<T>> {
        tensor.to_vec()
    }
}

impl<'a, T: Element> TryFrom<&'a Tensor> for &'a [T] {
    type Error = Diagnostic;

    /// As [`Tensor::as_slice`].
    fn try_from(tensor: &'a Tensor) -> Result<&'a [T]> {
        tensor.as_slice()
    }
}

impl fmt::Display for Tensor {
    /// Nested lists; a scalar as a plain number. With a precision, as in `{:.4}`, for people: that many significant digits,
    /// and a large tensor cut short to `[784, 128] 0.1, -0.2, …`. `{:#.4}` leaves the shape out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(digits) = f.precision() {
            return f.write_str(&brief::tensor(self, digits, !f.alternate()));
        }
        let items: Vec<String> =
            each_dtype!(Slice, self.slice(), v => v.iter().map(|x| format!("{x}")).collect());
        f.write_str(&brief::nested(&self.shape.dims(), &items))
    }
}

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {self}", self.spec())
    }
}
