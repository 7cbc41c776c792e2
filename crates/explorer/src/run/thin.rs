//! A list that stays short: when it is full, every other item goes, and from then on only every second, fourth, ... stays.

/// Items in the order of their steps. The newest one is there always.
#[derive(Clone, Debug)]
pub struct Thin<T> {
    most: usize,
    /// One of so many stays.
    stride: usize,
    /// Items that came.
    seen: usize,
    items: Vec<T>,
    /// Whether the newest one is there only until the next one comes.
    is_guest: bool,
}

impl<T> Thin<T> {
    /// At most so many items, 2 at least, and the newest.
    pub fn new(most: usize) -> Thin<T> {
        Thin { most: most.max(2), stride: 1, seen: 0, items: Vec::new(), is_guest: false }
    }

    /// Adds an item.
    pub fn push(&mut self, item: T) {
        if self.is_guest {
            self.items.pop();
        }
        self.is_guest = !self.seen.is_multiple_of(self.stride);
        self.seen += 1;
        self.items.push(item);
        if self.items.len() - usize::from(self.is_guest) > self.most {
            let mut place = 0usize;
            let newest = self.items.len() - 1;
            // The newest one is a guest now if its turn would not have come.
            self.is_guest = newest % 2 == 1;
            self.items.retain(|_| {
                place += 1;
                (place - 1).is_multiple_of(2) || place - 1 == newest
            });
            self.stride *= 2;
        }
    }

    /// All that are there.
    pub fn items(&self) -> &[T] {
        &self.items
    }

    /// How many came.
    pub fn seen(&self) -> usize {
        self.seen
    }

    /// Forgets items at the end, those for which `is_gone` holds.
    pub fn cut(&mut self, is_gone: impl Fn(&T) -> bool) {
        let before = self.items.len();
        while self.items.last().is_some_and(&is_gone) {
            self.items.pop();
        }
        if self.items.len() < before {
            // Those that are left had their turns one stride after another.
            self.is_guest = false;
            self.seen = self.items.len() * self.stride;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_short_and_even_and_has_the_newest() {
        let mut list = Thin::new(8);
        for i in 0..1000 {
            list.push(i);
            assert!(list.items().len() <= 9 && list.items().first() == Some(&0));
            assert_eq!(list.items().last(), Some(&i));
            let kept = &list.items()[..list.items().len() - 1];
            assert!(kept.windows(3).all(|w| w[1] - w[0] == w[2] - w[1]), "{kept:?}");
        }
        assert!(list.items().len() > 4);
        list.cut(|&i| i > 500);
        assert!(list.items().iter().all(|&i| i <= 500));
        list.push(501);
        assert_eq!((list.items().last(), list.items().first()), (Some(&501), Some(&0)));
        assert!(list.seen() > 400);
    }
}
