//! What a convolution does, its sizes checked, and which convolutions its gradients are.

/// What a convolution does along the two spatial axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConvParams {
    /// The step of the window.
    pub stride: [usize; 2],
    /// Zeros before the first element; a negative number crops.
    pub pad_low: [isize; 2],
    /// Zeros after the last element; a negative number crops.
    pub pad_high: [isize; 2],
    /// The distance of neighbours in the kernel; 1 is dense.
    pub dilation: [usize; 2],
    /// The distance of neighbours in the input; 1 is dense, 2 puts one zero between.
    pub input_dilation: [usize; 2],
    /// Channels fall into this many independent groups.
    pub groups: usize,
}

impl Default for ConvParams {
    fn default() -> Self {
        Self {
            stride: [1; 2],
            pad_low: [0; 2],
            pad_high: [0; 2],
            dilation: [1; 2],
            input_dilation: [1; 2],
            groups: 1,
        }
    }
}

/// How far `count` elements reach at a distance of `dilation`: 0 for none.
pub(super) fn extent(count: usize, dilation: usize) -> Option<isize> {
    let Some(gaps) = count.checked_sub(1) else {
        return Some(0);
    };
    isize::try_from(gaps.checked_mul(dilation)?.checked_add(1)?).ok()
}

impl ConvParams {
    /// The spatial sizes of the output. None if a stride or dilation is 0 or a size leaves the range of
    /// isize.
    pub fn output_size(&self, input: [usize; 2], kernel: [usize; 2]) -> Option<[usize; 2]> {
        let along = |axis: usize| {
            if self.stride[axis] == 0 || self.dilation[axis] == 0 || self.input_dilation[axis] == 0 {
                return None;
            }
            let padded = extent(input[axis], self.input_dilation[axis])?
                .checked_add(self.pad_low[axis])?
                .checked_add(self.pad_high[axis])?;
            let kernel_extent = extent(kernel[axis], self.dilation[axis])?;
            let room = padded.checked_sub(kernel_extent)?;
            // Positions are computed from this difference on; it must be in range as well.
            kernel_extent.checked_sub(self.pad_low[axis])?;
            let Ok(room) = usize::try_from(room) else {
                return Some(0);
            };
            (room / self.stride[axis]).checked_add(1)
        };
        Some([along(0)?, along(1)?])
    }

    /// The convolution that passes the gradient back to the input: dL/dx = conv(dL/dy, weights mirrored along
    /// both spatial axes, with o and c / groups swapped in each group).
    ///
    /// `input` and `kernel` are the spatial sizes of the forward convolution. None where `output_size` is.
    pub fn for_input_gradient(&self, input: [usize; 2], kernel: [usize; 2]) -> Option<Self> {
        let output = self.output_size(input, kernel)?;
        let mut back = Self { stride: self.input_dilation, input_dilation: self.stride, ..*self };
        for axis in 0..2 {
            let kernel_extent = extent(kernel[axis], self.dilation[axis])?;
            back.pad_low[axis] = kernel_extent.checked_sub(1)?.checked_sub(self.pad_low[axis])?;
            // Chosen so that the last place of the window is that of the last input element.
            back.pad_high[axis] = pad_to_reach(input[axis], self.input_dilation[axis])?
                .checked_add(kernel_extent)?
                .checked_sub(extent(output[axis], self.stride[axis])?)?
                .checked_sub(back.pad_low[axis])?;
        }
        Some(back)
    }

    /// The convolution that passes the gradient back to the weights: input = x as [c / groups, groups * n, h,
    /// w], weights = dL/dy as [o, n, oh, ow], result = dL/dw as [c / groups, o, kh, kw].
    ///
    /// `input` and `kernel` are the spatial sizes of the forward convolution. None where `output_size` is.
    pub fn for_weight_gradient(&self, input: [usize; 2], kernel: [usize; 2]) -> Option<Self> {
        let output = self.output_size(input, kernel)?;
        let mut back = Self { stride: self.dilation, dilation: self.stride, ..*self };
        for axis in 0..2 {
            back.pad_high[axis] = pad_to_reach(kernel[axis], self.dilation[axis])?
                .checked_add(extent(output[axis], self.stride[axis])?)?
                .checked_sub(extent(input[axis], self.input_dilation[axis])?)?
                .checked_sub(self.pad_low[axis])?;
        }
        Some(back)
    }
}

/// The room a window with steps of `step` needs for `count` positions; negative for none.
fn pad_to_reach(count: usize, step: usize) -> Option<isize> {
    let step = isize::try_from(step).ok()?;
    isize::try_from(count).ok()?.checked_sub(1)?.checked_mul(step)
}

/// A convolution whose sizes have been checked against each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv {
    pub(super) params: ConvParams,
    pub(super) input: [usize; 4],
    pub(super) weights: [usize; 4],
    pub(super) output: [usize; 4],
}

impl Conv {
    /// Checks the shapes; None where [`ConvParams::output_size`] is, where channels do not divide into groups
    /// or differ from those of the weights, or where an array would be too large to count.
    pub fn new(params: ConvParams, input: [usize; 4], weights: [usize; 4]) -> Option<Self> {
        let [n, channels, height, width] = input;
        let [o, group_channels, kh, kw] = weights;
        let fits = params.groups > 0
            && o % params.groups == 0
            && group_channels.checked_mul(params.groups) == Some(channels);
        let [oh, ow] = params.output_size([height, width], [kh, kw])?;
        let conv = Self { params, input, weights, output: [n, o, oh, ow] };
        let columns = [group_channels, kh, kw, oh, ow];
        let countable = [&input[..], &weights, &conv.output, &columns].iter().all(|shape| {
            shape.iter().try_fold(1usize, |count, &size| count.checked_mul(size.max(1))).is_some()
        });
        (fits && countable).then_some(conv)
    }

    /// The shape of the output, [n, o, oh, ow].
    pub fn output_shape(&self) -> [usize; 4] {
        self.output
    }

    /// The same for so many images.
    pub(super) fn some_images(&self, images: usize) -> Conv {
        let mut some = *self;
        (some.input[0], some.output[0]) = (images, images);
        some
    }

    /// Elements of the input under one window, in one group.
    pub(super) fn patch(&self) -> usize {
        self.weights[1..].iter().product()
    }

    /// Places of the window in one image.
    pub(super) fn places(&self) -> usize {
        self.output[2] * self.output[3]
    }
}
