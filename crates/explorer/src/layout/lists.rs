//! Short lists, one for each number below some count, in one block of memory: layouts are made of very many of them.

/// See the module.
pub struct Lists<T> {
    starts: Vec<usize>,
    items: Vec<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Lists { starts: Vec::new(), items: Vec::new() }
    }
}

impl<T: Copy> Lists<T> {
    /// Puts each item into the list of its number; within a list they keep their order.
    pub fn new(count: usize, pairs: impl Iterator<Item = (usize, T)>) -> Lists<T> {
        let pairs: Vec<(usize, T)> = pairs.collect();
        let mut starts = vec![0usize; count + 1];
        pairs.iter().for_each(|(number, _)| starts[number + 1] += 1);
        (0..count).for_each(|number| starts[number + 1] += starts[number]);
        let mut next = starts.clone();
        let mut order = vec![0usize; pairs.len()];
        for (place, (number, _)) in pairs.iter().enumerate() {
            order[next[*number]] = place;
            next[*number] += 1;
        }
        Lists { starts, items: order.into_iter().map(|place| pairs[place].1).collect() }
    }

    /// The list of a number.
    pub fn of(&self, number: usize) -> &[T] {
        &self.items[self.starts[number]..self.starts[number + 1]]
    }
}

#[cfg(test)]
mod tests {
    use super::Lists;

    #[test]
    fn lists_hold_what_was_put_into_them() {
        let lists = Lists::new(3, [(2, 'a'), (0, 'b'), (2, 'c')].into_iter());
        assert_eq!([lists.of(0), lists.of(1), lists.of(2)], [&['b'][..], &[], &['a', 'c']]);
    }
}
