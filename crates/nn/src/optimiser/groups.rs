//! Weights with numbers of their own.

/// Weights by a part of their path.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Whole steps of a path: `bias` is that of every layer, `layers.0` all that the first layer has.
    pub part: String,
    /// Factor on the learning rate; 0 keeps the weights as they are.
    pub pace: f64,
    /// How much of themselves, times the rate, they lose a step; as all others if nothing is given.
    pub shrink: Option<f64>,
}

impl Group {
    /// Whether a path belongs to the group.
    pub(super) fn names(&self, path: &str) -> bool {
        let (path, part) = (format!(".{path}."), format!(".{}.", self.part));
        path.contains(&part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_named_by_whole_steps() {
        let names = |part: &str, path| Group { part: part.into(), pace: 1.0, shrink: None }.names(path);
        assert!(names("bias", "layers.0.bias") && names("layers.0", "layers.0.bias") && names("w", "w"));
        assert!(
            !names("layers.1", "layers.10.bias") && !names("as", "layers.0.bias") && !names("ias", "bias")
        );
    }
}
