//! Weights known by name alone: those of a network that is written as a formula, or was read from a file.

use chainrule::{Leaf, Path, Tree};

/// Named leaves. Its paths are the names.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters<T> {
    /// Their names.
    pub names: Vec<String>,
    /// One for each name.
    pub values: Vec<T>,
}

impl<T: Leaf> Tree for Parameters<T> {
    type Leaf = T;
    type With<U: Leaf> = Parameters<U>;

    fn map<U: Leaf>(&self, f: &mut impl FnMut(&T) -> U) -> Parameters<U> {
        Parameters { names: self.names.clone(), values: self.values.iter().map(f).collect() }
    }

    fn visit<'a>(&'a self, path: &mut Path, f: &mut dyn FnMut(&Path, &'a T)) {
        for (name, value) in self.names.iter().zip(&self.values) {
            path.field(name);
            f(path, value);
            path.pop();
        }
    }

    fn visit_mut<'a>(&'a mut self, f: &mut dyn FnMut(&'a mut T)) {
        self.values.iter_mut().for_each(f);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainrule::Tensor;

    #[test]
    fn paths_are_the_names() {
        let tree = Parameters {
            names: vec!["w".into(), "b".into()],
            values: vec![Tensor::scalar(1.0), Tensor::scalar(2.0)],
        };
        assert_eq!(tree.paths(), ["w", "b"]);
        assert_eq!(tree.fill(&tree.leaves()), Some(tree));
    }
}
