//! The input laid out so that every window's columns are runs of neighbours: padding and holes written out as zeros, and
//! columns that a stride takes turns with put into rows of their own.
//!
//! There are two layouts. With *places in a row* the columns of the product are the places of the window in one image.
//! With *images last* they are places times images: for windows with few places and many elements, such as the gradient by
//! the weights.

#![allow(unsafe_code)]

use super::super::gemm::lanes::{Lanes, Real, Vectors};
use super::super::gemm::pack::{At, pack};
use super::params::extent;
use super::{Conv, Source};

/// A layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Whether images are neighbours; else places of a row are.
    pub images_last: bool,
    /// Images that are neighbours, or 1.
    images: usize,
    /// Whether the input itself has this layout.
    pub as_is: bool,
    /// Input channels that are laid out together.
    pub channels: usize,
    /// Elements of a channel.
    pub plane: usize,
    /// Elements of a row.
    pitch: usize,
    /// Elements between the rows for the columns that a stride takes turns with.
    phase: usize,
    /// Columns that are one run of neighbours.
    line: usize,
    /// Such runs in a row of the output.
    lines_a_row: usize,
    /// From the runs of one output row to those of the next.
    row_step: usize,
    /// From one run to the next within an output row.
    line_step: usize,
    /// Columns of the product.
    pub columns: usize,
}

/// Most pieces of runs that make up a panel: as many as it has columns.
pub const PIECES: usize = 32;

/// A part of a run: `len` elements at `from`, which become columns `to..to + len` of a panel.
#[derive(Clone, Copy, Default)]
pub struct Piece {
    from: usize,
    to: usize,
    len: usize,
}

impl Grid {
    /// The layout for a convolution with at least one element in its output and its weights, whose input has its channels so
    /// far apart; None if it would take far more memory than the input and all windows.
    pub fn new(conv: &Conv, images_last: bool, channel: usize) -> Option<Grid> {
        let ([n, _, height, width], [_, channels, kh, kw], [_, _, oh, ow]) =
            (conv.input, conv.weights, conv.output);
        let p = &conv.params;
        let full = |axis: usize, len: usize| -> Option<usize> {
            let spread = extent(len, p.input_dilation[axis])?;
            usize::try_from(spread.checked_add(p.pad_low[axis])?.checked_add(p.pad_high[axis])?).ok()
        };
        let (rows, cols) = (full(0, height)?, full(1, width)?);
        let dense = [p.pad_low, p.pad_high] == [[0; 2]; 2] && p.input_dilation == [1; 2];
        let images = if images_last { n } else { 1 };
        let (phase, pitch) = match images_last {
            true => (0, cols.checked_mul(n)?),
            false => (cols.div_ceil(p.stride[1]), cols.div_ceil(p.stride[1]).checked_mul(p.stride[1])?),
        };
        let plane = rows.checked_mul(pitch)?;
        let together = if images_last {
            (super::super::gemm::packed::DEPTH / (kh * kw)).clamp(1, channels)
        } else {
            channels
        };
        // Both are countable for one image, see `Conv::new`.
        let (image, windows) = (conv.input[1..].iter().product::<usize>(), channels * kh * kw * oh * ow);
        let most =
            image.saturating_add(windows).saturating_mul(images).saturating_mul(4).saturating_add(4096);
        if plane.checked_mul(together)? > most {
            return None;
        }
        let row_step = p.stride[0].checked_mul(pitch)?;
        // Runs go on where one ends at the beginning of the next.
        let (mut line, mut lines_a_row, line_step) = match (images_last, p.stride[1]) {
            (false, _) | (true, 1) => (ow * images, 1, 0),
            (true, stride) => (images, ow, stride.checked_mul(images)?),
        };
        if lines_a_row == 1 && row_step == line {
            (line, lines_a_row) = (line * oh, 1);
        }
        let as_is = dense && !images_last && p.stride[1] == 1 && channel == plane;
        let columns = oh * ow * images;
        Some(Grid {
            images_last,
            images,
            as_is,
            channels: together,
            plane,
            pitch,
            phase,
            line,
            lines_a_row,
            row_step,
            line_step,
            columns,
        })
    }

    /// How many elements the layout takes.
    pub fn len(&self) -> usize {
        if self.as_is { 0 } else { self.channels * self.plane }
    }

    /// Where the window's element (channel, ky, kx) is for the first column.
    #[inline(always)]
    pub fn tap(&self, conv: &Conv, [channel, ky, kx]: [usize; 3]) -> usize {
        let p = &conv.params;
        let (y, x) = (ky * p.dilation[0], kx * p.dilation[1]);
        let across =
            if self.images_last { x * self.images } else { x % p.stride[1] * self.phase + x / p.stride[1] };
        channel * self.plane + y * self.pitch + across
    }

    /// Where column `col` is, and how long its run goes on.
    #[inline(always)]
    pub fn run(&self, col: usize) -> (usize, usize) {
        let (line, within) = (col / self.line, col % self.line);
        let start = line / self.lines_a_row * self.row_step + line % self.lines_a_row * self.line_step;
        (start + within, self.line - within)
    }

    /// The pieces that make up columns `col..col + cols`, and their number.
    #[inline(always)]
    pub fn pieces(&self, col: usize, cols: usize) -> ([Piece; PIECES], usize) {
        let (mut pieces, mut count, mut done) = ([Piece::default(); PIECES], 0, 0);
        let (mut line, mut within) = (col / self.line, col % self.line);
        while done < cols {
            let len = (self.line - within).min(cols - done);
            let from =
                line / self.lines_a_row * self.row_step + line % self.lines_a_row * self.line_step + within;
            pieces[count] = Piece { from, to: done, len };
            (count, done, line, within) = (count + 1, done + len, line + 1, 0);
        }
        (pieces, count)
    }

    /// Lays out channels `first..first + count` of a part of the input. Zeros are there already.
    ///
    /// # Safety
    /// `input` is the first image's first channel of the group; `to` has room for the layout.
    #[inline(always)]
    pub unsafe fn lay_out<T: Real, V: Vectors>(
        &self,
        conv: &Conv,
        input: Source<T>,
        channels: [usize; 2],
        to: *mut T,
    ) {
        let [_, _, height, width] = conv.input;
        let p = &conv.params;
        let rows = self.plane / self.pitch.max(1);
        let [hole_y, hole_x] = p.input_dilation.map(|hole| hole as isize);
        for c in 0..channels[1] {
            for y in 0..height {
                let row = y as isize * hole_y + p.pad_low[0];
                if row < 0 || row >= rows as isize {
                    continue;
                }
                let from = input.first.wrapping_add((channels[0] + c) * input.steps[1] + y * width);
                let to = to.wrapping_add(c * self.plane + row as usize * self.pitch);
                // SAFETY: the caller's promise; only places within the row are written.
                unsafe {
                    if self.images_last {
                        let image = At { first: from, row: input.steps[0], col: 1 };
                        self.images_last::<T, V>([hole_x, p.pad_low[1]], image, width, to);
                    } else {
                        self.in_a_row([hole_x, p.pad_low[1]], p.stride[1], from, width, to);
                    }
                }
            }
        }
    }

    /// One row, places in a row.
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn in_a_row<T: Real>(
        &self,
        [hole, pad]: [isize; 2],
        stride: usize,
        from: *const T,
        width: usize,
        to: *mut T,
    ) {
        let places = (self.phase * stride) as isize;
        let first = (-pad).max(0).unsigned_abs().div_ceil(hole.unsigned_abs());
        // SAFETY: the promise of `lay_out`.
        unsafe {
            if hole == 1 && stride == 1 {
                let count = ((places - pad).clamp(0, width as isize) as usize).saturating_sub(first);
                if count > 0 {
                    let to = to.wrapping_offset(first as isize + pad);
                    std::ptr::copy_nonoverlapping(from.add(first), to, count);
                }
                return;
            }
            // Elements a stride apart go into the same row, a hole apart: no division for each of them.
            let reach = (places - pad).max(0).unsigned_abs().div_ceil(hole.unsigned_abs()).min(width);
            for x in first..reach.min(first + stride) {
                let at = (x as isize * hole + pad).unsigned_abs();
                let to = to.add(at % stride * self.phase + at / stride);
                for i in 0..(reach - x).div_ceil(stride) {
                    *to.add(i * hole.unsigned_abs()) = *from.add(x + i * stride);
                }
            }
        }
    }

    /// One row of every image, images last.
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn images_last<T: Real, V: Vectors>(
        &self,
        [hole, pad]: [isize; 2],
        from: At<T>,
        width: usize,
        to: *mut T,
    ) {
        let places = (self.pitch / self.images) as isize;
        let first = (-pad).max(0).unsigned_abs().div_ceil(hole.unsigned_abs());
        let reach = (places - pad).max(0).unsigned_abs().div_ceil(hole.unsigned_abs());
        let count = reach.min(width).saturating_sub(first);
        if count == 0 {
            return;
        }
        let to = to.wrapping_add((first as isize * hole + pad) as usize * self.images);
        // SAFETY: the promise of `lay_out`; the places are within the row.
        unsafe {
            if hole == 1 {
                return pack::<T, V>(from.part(0, first), self.images, count, self.images, to);
            }
            for i in 0..count {
                let to = to.add(i * hole.unsigned_abs() * self.images);
                pack::<T, V>(from.part(0, first + i), self.images, 1, self.images, to);
            }
        }
    }
}

/// Writes a line for each tap: the pieces of its columns, side by side, and zeros up to `width`.
///
/// # Safety
/// The taps and pieces are those of a grid at `grid`, and there is room for the lines.
#[inline(always)]
pub unsafe fn pack_panel<T: Real, L: Lanes<T>>(
    grid: *const T,
    taps: &[usize],
    pieces: &[Piece],
    width: usize,
    to: *mut T,
) {
    let cols = pieces.last().map_or(0, |piece| piece.to + piece.len);
    // SAFETY: the caller's promise.
    unsafe {
        if let ([piece], true) = (pieces, cols == width) {
            let from = grid.add(piece.from);
            for (l, &tap) in taps.iter().enumerate() {
                let (from, to) = (from.add(tap), to.add(l * width));
                L::store(to, L::load(from));
                if width > L::N {
                    L::store(to.add(L::N), L::load(from.add(L::N)));
                }
            }
            return;
        }
        for (l, &tap) in taps.iter().enumerate() {
            let (from, to) = (grid.add(tap), to.add(l * width));
            for piece in pieces {
                let (from, to) = (from.add(piece.from), to.add(piece.to));
                let mut done = 0;
                while done < piece.len {
                    let count = (piece.len - done).min(L::N);
                    L::store_part(to.add(done), count, L::load_part(from.add(done), count));
                    done += count;
                }
            }
            if cols < width {
                std::slice::from_raw_parts_mut(to.add(cols), width - cols).fill(T::ZERO);
            }
        }
    }
}
