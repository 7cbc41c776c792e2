//! Short lists, one for each number below some count, in one block of memory: layouts are made of very many of them.

/// See the module.
pub struct Lists<T> {
    starts: Vec<usize>,
    items: Vec<T>,
    /// What came in, with its number: kept for its memory.
    pairs: Vec<(usize, T)>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Lists { starts: Vec::new(), items: Vec::new(), pairs: Vec::new() }
    }
}

impl<T: Copy> Lists<T> {
    /// Puts each item into the list of its number; within a list they keep their order.
    pub fn new(count: usize, pairs: impl Iterator<Item = (usize, T)>) -> Lists<T> {
        let mut lists = Lists::default();
        lists.fill(count, pairs);
        lists
    }

    /// The same in the place of what was there.
    pub fn fill(&mut self, count: usize, pairs: impl Iterator<Item = (usize, T)>) {
        let Lists { starts, items, pairs: all } = self;
        all.clear();
        all.extend(pairs);
        // While lists are filled, the place for the next item of each; its end when all are there.
        starts.clear();
        starts.resize(count + 2, 0);
        all.iter().for_each(|(number, _)| starts[number + 2] += 1);
        (0..count).for_each(|number| starts[number + 2] += starts[number + 1]);
        items.clear();
        items.extend(all.iter().map(|pair| pair.1));
        for &(number, item) in all.iter() {
            items[starts[number + 1]] = item;
            starts[number + 1] += 1;
        }
    }

    /// All lists, one behind the other.
    pub fn all(&self) -> &[T] {
        &self.items
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
