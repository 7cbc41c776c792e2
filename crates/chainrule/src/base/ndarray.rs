//! Conversions to and from `ndarray`, behind the feature of that name.

use super::{Diagnostic, Element, Mistake, Place, Result, Tensor};
use ndarray::{ArrayBase, ArrayD, Data, Dimension, IxDyn};

impl<T: Element, S: Data<Elem = T>, D: Dimension> TryFrom<&ArrayBase<S, D>> for Tensor {
    type Error = Diagnostic;

    /// Copies an array of any layout, element by element in the order of its axes.
    ///
    /// # Errors
    /// More axes or elements than the limits allow.
    fn try_from(array: &ArrayBase<S, D>) -> Result<Tensor> {
        Tensor::new(array.iter().copied().collect::<Vec<T>>(), array.shape())
    }
}

impl Tensor {
    /// A copy as an array of `ndarray`.
    ///
    /// ```
    /// use chainrule::Tensor;
    /// let array = ndarray::array![[1.0, 2.0], [3.0, 4.0]];
    /// let tensor = Tensor::try_from(&array.t())?;
    /// assert_eq!(tensor.to_f64(), [1.0, 3.0, 2.0, 4.0]);
    /// assert_eq!(tensor.to_ndarray::<f64>()?, array.t().into_dyn());
    /// # Ok::<(), chainrule::Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// The tensor has another dtype.
    pub fn to_ndarray<T: Element>(&self) -> Result<ArrayD<T>> {
        ArrayD::from_shape_vec(IxDyn(&self.shape().dims()), self.to_vec::<T>()?)
            .map_err(|error| Mistake::new(Place::Unknown, "ndarray", error.to_string()).into())
    }
}
