//! Rows picked by computed indices, and their transpose: rows added at computed indices.

use super::number::Number;
use super::team::{Team, parts};

/// The sizes of a pick. The array is groups x outer x len x inner, the indices are groups x picks, and what is picked is
/// groups x outer x picks x inner: each group has indices of its own, which all its outer parts share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick {
    /// Parts with their own indices.
    pub groups: usize,
    /// Elements before the axis, in a group.
    pub outer: usize,
    /// The length of the axis that is indexed.
    pub len: usize,
    /// How many indices a group has.
    pub picks: usize,
    /// Elements after the axis.
    pub inner: usize,
}

impl Pick {
    fn check(&self, what: &str, array: usize, indices: usize, picked: usize) {
        let parts = self.groups * self.outer;
        assert_eq!(array, parts * self.len * self.inner, "{what}: array length");
        assert_eq!(indices, self.groups * self.picks, "{what}: indices length");
        assert_eq!(picked, parts * self.picks * self.inner, "{what}: picked length");
    }

    /// Calls `each` for every picked row, in row-major order, with its start and that of the array's row, if it has one.
    fn for_rows(&self, indices: &[i64], mut each: impl FnMut(usize, Option<usize>)) {
        let mut picked = 0;
        for part in 0..self.groups * self.outer {
            let group = part / self.outer;
            for &index in &indices[group * self.picks..][..self.picks] {
                let row = place(index, self.len).map(|i| (part * self.len + i) * self.inner);
                each(picked, row);
                picked += self.inner;
            }
        }
    }
}

impl Pick {
    /// How many parts can be done apart, each with a row of the array of its own: groups, or else outer parts.
    fn rows(&self) -> usize {
        if self.groups == 1 { self.outer } else { self.groups }
    }

    /// The same for so many rows.
    fn some_rows(&self, rows: usize) -> Pick {
        if self.groups == 1 { Pick { outer: rows, ..*self } } else { Pick { groups: rows, ..*self } }
    }

    /// The indices of rows `from..end`.
    fn indices_of<'a>(&self, indices: &'a [i64], [from, end]: [usize; 2]) -> &'a [i64] {
        if self.groups == 1 { indices } else { &indices[from * self.picks..end * self.picks] }
    }

    /// Picoseconds for all picks, roughly.
    fn picoseconds(&self) -> usize {
        (self.groups * self.outer * self.picks).saturating_mul(1500 + 100 * self.inner)
    }
}

/// As [`gather`], by a team.
pub fn gather_by<T: Copy + Send + Sync>(
    team: Team,
    pick: &Pick,
    array: &[T],
    indices: &[i64],
    missing: T,
    output: &mut [T],
) {
    pick.check("gather", array.len(), indices.len(), output.len());
    let is_one_row = pick.rows() == 1;
    let units = if is_one_row { pick.picks } else { pick.rows() };
    team.split(output, units, parts(units, pick.picoseconds() / units.max(1)), 0, |[from, end], output| {
        if is_one_row {
            let some = Pick { picks: end - from, ..*pick };
            return gather(&some, array, &indices[from..end], missing, output);
        }
        let row = array.len() / units.max(1);
        let (some, own) = (pick.some_rows(end - from), pick.indices_of(indices, [from, end]));
        gather(&some, &array[from * row..end * row], own, missing, output);
    });
}

/// As [`scatter_add`] to a copy of `array`, by a team: rows are apart, and within one the order is kept.
pub fn scatter_add_by<T: Number>(
    team: Team,
    pick: &Pick,
    array: &[T],
    indices: &[i64],
    updates: &[T],
    output: &mut [T],
) {
    pick.check("scatter_add", array.len(), indices.len(), updates.len());
    let rows = pick.rows().max(1);
    let (row, each) = (array.len() / rows, updates.len() / rows);
    let picoseconds = pick.picoseconds() / rows + row * 100;
    team.split(output, pick.rows(), parts(rows, picoseconds), 0, |[from, end], output| {
        output.copy_from_slice(&array[from * row..end * row]);
        let (some, own) = (pick.some_rows(end - from), pick.indices_of(indices, [from, end]));
        scatter_add(&some, output, own, &updates[from * each..end * each]);
    });
}

/// The place that an index means: from the end if it is negative, none if it is out of range.
pub fn place(index: i64, len: usize) -> Option<usize> {
    let counted = if index < 0 { index.checked_add_unsigned(len as u64)? } else { index };
    usize::try_from(counted).ok().filter(|&i| i < len)
}

/// Picks rows; `missing` where an index is out of range.
pub fn gather<T: Copy>(pick: &Pick, array: &[T], indices: &[i64], missing: T, output: &mut [T]) {
    pick.check("gather", array.len(), indices.len(), output.len());
    if pick.inner == 1 {
        return pick.for_rows(indices, |to, from| output[to] = from.map_or(missing, |from| array[from]));
    }
    pick.for_rows(indices, |to, from| {
        let row = &mut output[to..][..pick.inner];
        match from {
            Some(from) => row.copy_from_slice(&array[from..][..pick.inner]),
            None => row.fill(missing),
        }
    });
}

/// Adds rows to those of `array` that the indices name, one after the other; those out of range are dropped.
pub fn scatter_add<T: Number>(pick: &Pick, array: &mut [T], indices: &[i64], updates: &[T]) {
    pick.check("scatter_add", array.len(), indices.len(), updates.len());
    pick.for_rows(indices, |from, to| {
        let Some(to) = to else { return };
        for (sum, &update) in array[to..][..pick.inner].iter_mut().zip(&updates[from..]) {
            *sum = sum.plus(update);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_count_from_both_ends() {
        assert_eq!([0, 2, -1, -3].map(|i| place(i, 3)), [Some(0), Some(2), Some(2), Some(0)]);
        assert_eq!([3, -4, i64::MAX, i64::MIN].map(|i| place(i, 3)), [None; 4]);
        assert_eq!([0, -1].map(|i| place(i, 0)), [None; 2]);
    }

    #[test]
    fn groups_have_their_own_indices() {
        let pick = Pick { groups: 2, outer: 1, len: 3, picks: 2, inner: 2 };
        let array: Vec<i64> = (0..12).collect();
        let mut picked = [0; 8];
        gather(&pick, &array, &[2, 0, -1, 3], -7, &mut picked);
        assert_eq!(picked, [4, 5, 0, 1, 10, 11, -7, -7]);
        let mut sums = [0; 12];
        scatter_add(&pick, &mut sums, &[2, 2, 5, 0], &[1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(sums, [0, 0, 0, 0, 4, 6, 7, 8, 0, 0, 0, 0]);
    }

    #[test]
    fn outer_parts_share_their_indices() {
        let pick = Pick { groups: 1, outer: 2, len: 3, picks: 2, inner: 1 };
        let mut picked = [0.0; 4];
        gather(&pick, &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0], &[1, -3], 9.0, &mut picked);
        assert_eq!(picked, [1.0, 0.0, 4.0, 3.0]);
    }
}
