//! Images taken apart into tiles: a strip of rows is turned so that channels are neighbours, and each tile of it is
//! transformed, sixteen channels (or as many as a vector has) at once.

use super::super::super::gemm::lanes::{Lanes, Real, Vectors};
use super::super::super::gemm::packed::parts;
use super::super::super::work::Work;
use super::super::turn::Turn;
use super::transform::{Along, IN, OUT, square};
use std::marker::PhantomData;

/// Products that a tile takes.
pub const PRODUCTS: usize = IN * IN;

/// Planes to read.
#[derive(Clone, Copy)]
pub struct Planes<T> {
    /// The first channel of the first image.
    pub first: *const T,
    /// From one image to the next.
    pub image: usize,
    /// From one channel to the next.
    pub channel: usize,
    /// How many channels.
    pub channels: usize,
    /// Height and width of a plane.
    pub size: [usize; 2],
    /// Zeros before a plane's first row and column; negative crops.
    pub pad: [isize; 2],
}

/// In which order all tiles are walked, by shape alone.
#[derive(Clone, Copy, Debug)]
pub struct Walk {
    /// Rows of tiles in an image.
    pub high: usize,
    /// Rows of tiles in all images.
    rows: usize,
    /// Tiles in a row.
    wide: usize,
    /// Most rows in a block.
    rows_a_block: usize,
    /// Most tiles of a row in a block.
    run: usize,
}

/// Tiles that are transformed together: parts of neighbouring rows.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// The first row, counted through all images.
    pub row: usize,
    /// How many rows.
    pub rows: usize,
    /// The first tile in each row.
    pub first: usize,
    /// How many tiles in each row.
    pub run: usize,
}

impl Block {
    /// All tiles.
    pub fn tiles(&self) -> usize {
        self.rows * self.run
    }
}

impl Walk {
    /// Tiles over planes of so many rows and columns, at most so many in a block.
    pub fn new(images: usize, plane: [usize; 2], most: usize) -> Walk {
        let [high, wide] = plane.map(|length| length.div_ceil(OUT));
        let run = wide.min(most);
        Walk { high, rows: images * high, wide, rows_a_block: (most / wide).max(1), run }
    }

    /// Most tiles in a block.
    pub fn most(&self) -> usize {
        self.rows_a_block.min(self.rows) * self.run
    }

    /// Most columns that a strip needs.
    pub fn columns(&self) -> usize {
        self.run * OUT + IN - OUT
    }

    /// Rows of tiles in all images.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Most rows in a block.
    pub fn rows_a_block(&self) -> usize {
        self.rows_a_block
    }

    /// All tiles.
    pub fn tiles(&self) -> usize {
        self.rows * self.wide
    }

    /// The blocks of some rows, in order.
    pub fn blocks(self, [from, end]: [usize; 2]) -> impl Iterator<Item = Block> {
        parts(end - from, self.rows_a_block).flat_map(move |(row, rows)| {
            parts(self.wide, self.run).map(move |(first, run)| Block { row: from + row, rows, first, run })
        })
    }
}

/// Numbers for each of [`PRODUCTS`] products, `step` apart: a matrix with a row for each tile.
#[derive(Clone, Copy)]
pub struct Matrices<T> {
    /// The first number of the first matrix.
    pub first: *mut T,
    /// From one matrix to the next.
    pub step: usize,
    /// From one tile to the next: channels, rounded up to whole vectors.
    pub row: usize,
}

/// A step between matrices of so many numbers: an odd number of cache lines, since matrices at powers of two would
/// displace each other in the caches.
pub fn apart<T>(count: usize) -> usize {
    let line = 64 / size_of::<T>();
    (count.div_ceil(line) | 1) * line
}

/// Transforms a block of tiles of `M` by `M` numbers, with room for a strip.
///
/// # Safety
/// The planes and the matrices have all elements that the block needs, the strip has `M` rows of the walk's columns, and the
/// machine has the instructions.
#[inline(always)]
pub unsafe fn to_tiles<T: Real, V: Vectors, F: Along<M, IN>, const M: usize>(
    planes: &Planes<T>,
    walk: &Walk,
    block: &Block,
    strip: *mut T,
    to: Matrices<T>,
) {
    let columns = block.run * OUT + M - OUT;
    for i in 0..block.rows {
        let row = block.row + i;
        let from = planes.first.wrapping_add(row / walk.high * planes.image);
        let to = Matrices { first: to.first.wrapping_add(i * block.run * to.row), ..to };
        // SAFETY: the caller's promise.
        unsafe {
            for r in 0..M {
                let place = [row % walk.high * OUT + r, block.first * OUT];
                line::<T>(planes, from, place, columns, strip.add(r * columns * to.row), to.row);
            }
            V::apart(Spread::<T, F, M> { strip, columns, tiles: block.run, to, transform: PhantomData });
        }
    }
}

/// One row of a strip: each place with all channels side by side. Zeros surround the plane.
// SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
#[inline(always)]
unsafe fn line<T: Real>(
    planes: &Planes<T>,
    from: *const T,
    [y, x]: [usize; 2],
    columns: usize,
    to: *mut T,
    width: usize,
) {
    let [height, length] = planes.size;
    let (y, x) = (y as isize - planes.pad[0], x as isize - planes.pad[1]);
    let inside = y >= 0 && (y as usize) < height;
    let first = if inside { x.min(0).unsigned_abs().min(columns) } else { columns };
    let end =
        if inside { (length as isize - x).clamp(first as isize, columns as isize) as usize } else { columns };
    // SAFETY: the promise of `to_tiles`: places `first..end` are within the plane.
    unsafe {
        to.write_bytes(0, first * width);
        to.add(end * width).write_bytes(0, (columns - end) * width);
        if first < end {
            let from = from.wrapping_offset(y * length as isize + x + first as isize);
            let (rows, columns, to) = (planes.channels, end - first, to.add(first * width));
            Turn { from, from_row: planes.channel, size: [rows, columns], to, to_row: width }.by_rows();
            if rows < width {
                for place in 0..columns {
                    to.add(place * width + rows).write_bytes(0, width - rows);
                }
            }
        }
    }
}

/// The tiles of a strip, transformed.
struct Spread<T, F, const M: usize> {
    strip: *const T,
    columns: usize,
    tiles: usize,
    to: Matrices<T>,
    transform: PhantomData<F>,
}

impl<T: Real, F: Along<M, IN>, const M: usize> Work for Spread<T, F, M> {
    type Output = ();

    // SAFETY: the maker is `to_tiles`, with its caller's promise.
    #[inline(always)]
    unsafe fn work<V: Vectors>(self) {
        let Spread { strip, columns, tiles, to, .. } = self;
        let lanes = <T::Lanes<V> as Lanes<T>>::N;
        for tile in 0..tiles {
            for c in (0..to.row).step_by(lanes) {
                // SAFETY: as above.
                unsafe {
                    let from = strip.add(tile * OUT * to.row + c);
                    let x = load::<T, T::Lanes<V>, M>(from, [columns * to.row, to.row]);
                    let y = square::<T, T::Lanes<V>, F, M, IN>(x);
                    store::<T, T::Lanes<V>, IN>(&y, to.first.add(tile * to.row + c), [IN * to.step, to.step]);
                }
            }
        }
    }
}

/// A square of vectors, whose rows and columns are so far apart.
///
/// # Safety
/// All can be read, and the machine has the instructions.
#[inline(always)]
pub unsafe fn load<T: Real, L: Lanes<T>, const M: usize>(
    from: *const T,
    [row, column]: [usize; 2],
) -> [[L::V; M]; M] {
    // SAFETY: the caller's promise.
    unsafe {
        let mut square = [[L::splat(T::ZERO); M]; M];
        for (i, line) in square.iter_mut().enumerate() {
            for (j, to) in line.iter_mut().enumerate() {
                *to = L::load(from.add(i * row + j * column));
            }
        }
        square
    }
}

/// Writes a square of vectors.
///
/// # Safety
/// As `load`.
#[inline(always)]
pub unsafe fn store<T: Real, L: Lanes<T>, const M: usize>(
    square: &[[L::V; M]; M],
    to: *mut T,
    [row, column]: [usize; 2],
) {
    for (i, line) in square.iter().enumerate() {
        for (j, &vector) in line.iter().enumerate() {
            // SAFETY: the caller's promise.
            unsafe { L::store(to.add(i * row + j * column), vector) };
        }
    }
}
