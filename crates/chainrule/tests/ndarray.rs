//! Conversions to and from `ndarray`: every dtype and layout, both ways, and what is refused.

#![cfg(feature = "ndarray")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use chainrule::{DType, Element, Tensor, limits};
use ndarray::{
    Array, Array0, Array1, Array2, Array3, ArrayD, ArrayView1, ArrayView2, ArrayViewD, IxDyn, arr0, array, s,
};

/// A 2 by 3 array of this dtype there and back in every way.
fn round_trip<T: Element>(values: [T; 6], dtype: DType) {
    let array = Array2::from_shape_vec((2, 3), values.to_vec()).unwrap();
    let tensor = Tensor::try_from(&array).unwrap();
    assert_eq!((tensor.dtype(), tensor.shape().dims()), (dtype, vec![2, 3]));
    assert_eq!(tensor.as_slice::<T>().unwrap(), values);
    assert_eq!(Tensor::try_from(array.view()).unwrap(), tensor);
    assert_eq!(Tensor::try_from(&array.view()).unwrap(), tensor);
    assert_eq!(Tensor::try_from(array.clone().into_dyn()).unwrap(), tensor);
    assert_eq!(Tensor::try_from(array.to_shared()).unwrap(), tensor);
    assert_eq!(Tensor::try_from(array.clone()).unwrap(), tensor);
    assert_eq!(tensor.to_ndarray::<T>().unwrap(), array.clone().into_dyn());
    assert_eq!(tensor.view_ndarray::<T>().unwrap(), array.view().into_dyn());
    assert_eq!(ArrayView2::<T>::try_from(&tensor).unwrap(), array);
    assert_eq!(Array2::<T>::try_from(&tensor).unwrap(), array);
    assert_eq!(ArrayD::<T>::try_from(&tensor).unwrap(), array.clone().into_dyn());
    assert_eq!(Array2::<T>::try_from(tensor).unwrap(), array);
}

#[test]
fn every_dtype_goes_there_and_back() {
    round_trip([0.5f32, -1.0, 2.0, f32::MIN_POSITIVE, 1e30, 0.0], DType::F32);
    round_trip([0.5f64, -1.0, 2.0, f64::INFINITY, 1e300, 0.0], DType::F64);
    round_trip([1i32, -2, 3, i32::MIN, i32::MAX, 0], DType::I32);
    round_trip([1i64, -2, 3, i64::MIN, i64::MAX, 0], DType::I64);
    round_trip([1u8, 2, 3, 255, 0, 9], DType::U8);
    round_trip([true, false, true, true, false, false], DType::Bool);
}

#[test]
fn views_of_any_layout_are_read_in_the_order_of_their_axes() {
    let array = Array3::from_shape_fn((2, 3, 4), |(i, j, k)| (100 * i + 10 * j + k) as i32);
    let read = |tensor: Tensor| (tensor.shape().dims(), tensor.to_vec::<i32>().unwrap());
    let wanted =
        |view: ArrayViewD<'_, i32>| (view.shape().to_vec(), view.iter().copied().collect::<Vec<_>>());
    for view in [
        array.view().into_dyn(),
        array.view().reversed_axes().into_dyn(),
        array.slice(s![.., 1..;2, ..]).into_dyn(),
        array.slice(s![1, ..;-1, 1..3]).into_dyn(),
        array.slice(s![.., 0..0, ..]).into_dyn(),
    ] {
        assert_eq!(read(Tensor::try_from(&view).unwrap()), wanted(view.clone()));
        assert_eq!(read(Tensor::try_from(view.to_owned()).unwrap()), wanted(view.clone()));
        assert_eq!(read(Tensor::try_from(view.clone()).unwrap()), wanted(view));
    }
    // A column repeated by a stride of 0.
    let column = array![[1.0], [2.0]];
    let tensor = Tensor::try_from(column.broadcast((2, 3)).unwrap()).unwrap();
    assert_eq!(tensor.to_f64(), [1.0, 1.0, 1.0, 2.0, 2.0, 2.0]);
}

#[test]
fn owned_arrays_give_their_memory_away() {
    let array = Array1::from(vec![1.0, 2.0, 3.0]);
    let before = array.as_ptr();
    let tensor = Tensor::try_from(array).unwrap();
    assert_eq!(tensor.as_slice::<f64>().unwrap().as_ptr(), before);
    // An owned part of a larger array: the rest stays behind.
    let mut part = Array1::from(vec![1.0, 2.0, 3.0, 4.0]);
    part.slice_collapse(s![1..3]);
    assert_eq!(Tensor::try_from(part).unwrap().to_f64(), [2.0, 3.0]);
    let mut rows = array![[1, 2], [3, 4], [5, 6]];
    rows.slice_collapse(s![1..2, ..]);
    assert_eq!(Tensor::try_from(rows).unwrap().to_vec::<i32>().unwrap(), [3, 4]);
    let fortran = Array::from_shape_vec(ndarray::ShapeBuilder::f((2, 2)), vec![1.0, 2.0, 3.0, 4.0]).unwrap();
    assert_eq!(Tensor::try_from(fortran).unwrap().to_f64(), [1.0, 3.0, 2.0, 4.0]);
}

#[test]
fn scalars_and_empty_arrays_have_their_shape() {
    let one = Tensor::try_from(arr0(2.5)).unwrap();
    assert_eq!((one.shape().rank(), one.item().unwrap()), (0, 2.5));
    assert_eq!(Array0::<f64>::try_from(&one).unwrap(), arr0(2.5));
    let none = Tensor::try_from(Array2::<u8>::zeros((0, 3))).unwrap();
    assert_eq!(none.shape().dims(), [0, 3]);
    assert_eq!(Array2::<u8>::try_from(&none).unwrap().dim(), (0, 3));
}

#[test]
fn the_limits_hold_before_anything_is_copied() {
    let axes = |n: usize| ArrayD::<f64>::zeros(IxDyn(&vec![1; n]));
    assert_eq!(Tensor::try_from(axes(limits::RANK)).unwrap().shape().rank(), limits::RANK);
    let error = Tensor::try_from(axes(limits::RANK + 1)).unwrap_err().to_string();
    assert_eq!(
        error,
        "ndarray: 9 axes are more than the 8 that a tensor can have; hint: convert it in parts"
    );
    assert!(Tensor::try_from(&axes(limits::RANK + 1)).is_err());
    let one = arr0(1.0);
    let endless = one.broadcast((1 << 20, 1 << 20)).unwrap();
    let error = Tensor::try_from(endless).unwrap_err().to_string();
    assert!(error.contains("has more than 4294967296 elements; hint: "), "{error}");
    assert!(Tensor::try_from(&endless).is_err());
}

#[test]
fn wrong_dtypes_and_ranks_are_mistakes() {
    let tensor = Tensor::new(vec![1.0, 2.0], &[1, 2]).unwrap();
    let wanted = "tensor: a tensor of f64 was read as f32; hint: cast it, or read it as what it is";
    assert_eq!(tensor.to_ndarray::<f32>().unwrap_err().to_string(), wanted);
    assert_eq!(tensor.view_ndarray::<f32>().unwrap_err().to_string(), wanted);
    assert_eq!(Array2::<f32>::try_from(&tensor).unwrap_err().to_string(), wanted);
    let error = ArrayView1::<f64>::try_from(&tensor).unwrap_err().to_string();
    assert_eq!(
        error,
        "ndarray: f64[1, 2] has 2 axes, the array 1; hint: reshape it, or use ArrayD, which has any number"
    );
    assert_eq!(Array1::<f64>::try_from(tensor).unwrap_err().to_string(), error);
}
