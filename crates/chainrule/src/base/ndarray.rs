//! Conversions to and from `ndarray`, behind the feature of that name.

use super::{Diagnostic, Element, Mistake, Place, Result, Shape, Tensor};
use ndarray::{Array, ArrayBase, ArrayD, ArrayView, ArrayViewD, Data, Dimension, IxDyn};

fn mistake(what: String, hint: &str) -> Diagnostic {
    Mistake::new(Place::Unknown, "ndarray", what).hint(hint).into()
}

/// Said before anything is copied: a view can have far more elements than memory holds.
fn within_limits(dims: &[usize]) -> Result<()> {
    Shape::new(dims).map(|_| ()).map_err(|what| mistake(what, "convert it in parts"))
}

impl<T: Element, S: Data<Elem = T>, D: Dimension> TryFrom<&ArrayBase<S, D>> for Tensor {
    type Error = Diagnostic;

    /// Copies an array or view of any layout, element by element in the order of its axes. Shape and dtype stay.
    ///
    /// # Errors
    /// More axes or elements than the limits allow.
    fn try_from(array: &ArrayBase<S, D>) -> Result<Tensor> {
        within_limits(array.shape())?;
        let values = match array.as_slice() {
            Some(values) => values.to_vec(),
            None => array.iter().copied().collect(),
        };
        Tensor::new(values, array.shape())
    }
}

impl<T: Element, S: Data<Elem = T>, D: Dimension> TryFrom<ArrayBase<S, D>> for Tensor {
    type Error = Diagnostic;

    /// As from a reference; an owned array that is row-major and whole gives its memory away and is not copied.
    ///
    /// # Errors
    /// More axes or elements than the limits allow.
    fn try_from(array: ArrayBase<S, D>) -> Result<Tensor> {
        within_limits(array.shape())?;
        if !array.is_standard_layout() {
            return Tensor::try_from(&array);
        }
        let (dims, elements) = (array.shape().to_vec(), array.len());
        let (mut values, start) = array.into_owned().into_raw_vec_and_offset();
        // What was cut out of a larger array may still hold the rest of it.
        values.drain(..start.unwrap_or(0));
        values.truncate(elements);
        Tensor::new(values, &dims)
    }
}

impl<'a, T: Element, D: Dimension> TryFrom<&'a Tensor> for ArrayView<'a, T, D> {
    type Error = Diagnostic;

    /// Borrows the numbers.
    ///
    /// # Errors
    /// The tensor has another dtype or number of axes.
    fn try_from(tensor: &'a Tensor) -> Result<ArrayView<'a, T, D>> {
        let view = tensor.view_ndarray::<T>()?;
        view.into_dimensionality().map_err(|_| {
            let what = format!("{} has {} axes", tensor.spec(), tensor.shape().rank());
            let wanted = D::NDIM.map_or(String::new(), |n| format!(", the array {n}"));
            mistake(what + &wanted, "reshape it, or use ArrayD, which has any number")
        })
    }
}

impl<T: Element, D: Dimension> TryFrom<&Tensor> for Array<T, D> {
    type Error = Diagnostic;

    /// Copies the numbers.
    ///
    /// # Errors
    /// The tensor has another dtype or number of axes.
    fn try_from(tensor: &Tensor) -> Result<Array<T, D>> {
        Ok(ArrayView::try_from(tensor)?.to_owned())
    }
}

impl<T: Element, D: Dimension> TryFrom<Tensor> for Array<T, D> {
    type Error = Diagnostic;

    /// Copies the numbers.
    ///
    /// # Errors
    /// The tensor has another dtype or number of axes.
    fn try_from(tensor: Tensor) -> Result<Array<T, D>> {
        Array::try_from(&tensor)
    }
}

impl Tensor {
    /// A copy as an array of `ndarray` with any number of axes. `Array::try_from` gives one with a fixed number.
    ///
    /// ```
    /// use chainrule::Tensor;
    /// let array = ndarray::array![[1.0, 2.0], [3.0, 4.0]];
    /// let tensor = Tensor::try_from(array.t())?; // views and owned arrays, of any layout
    /// assert_eq!(tensor.to_f64(), [1.0, 3.0, 2.0, 4.0]);
    /// assert_eq!(tensor.to_ndarray::<f64>()?, array.t().into_dyn());
    /// let back: ndarray::Array2<f64> = tensor.try_into()?;
    /// assert_eq!(back, array.t());
    /// # Ok::<(), chainrule::Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// The tensor has another dtype.
    pub fn to_ndarray<T: Element>(&self) -> Result<ArrayD<T>> {
        Ok(self.view_ndarray::<T>()?.to_owned())
    }

    /// The numbers, borrowed as an array of `ndarray` with any number of axes.
    ///
    /// ```
    /// use chainrule::Tensor;
    /// let tensor = Tensor::new(vec![1i64, 2, 3, 4], &[2, 2])?;
    /// assert_eq!(tensor.view_ndarray::<i64>()?[[1, 0]], 3);
    /// # Ok::<(), chainrule::Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// The tensor has another dtype.
    pub fn view_ndarray<T: Element>(&self) -> Result<ArrayViewD<'_, T>> {
        ArrayViewD::from_shape(IxDyn(&self.shape().dims()), self.as_slice::<T>()?)
            .map_err(|error| mistake(error.to_string(), "this shape is beyond ndarray"))
    }
}
