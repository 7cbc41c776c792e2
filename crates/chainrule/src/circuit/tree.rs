//! Trees: tuples, arrays, vectors and structs of wires, tensors or specs, all of one shape of tree.

use super::Wire;
use crate::base::{Spec, Tensor};
use std::fmt;

/// What hangs at the ends of a tree.
pub trait Leaf:
    Clone + 'static + Tree<Leaf = Self, With<Wire> = Wire> + Tree<With<Tensor> = Tensor> + Tree<With<Spec> = Spec>
{
}

/// A value with leaves: the same program text serves wires while tracing, tensors when running and specs for shapes.
/// Derive it for structs with one type parameter: fields that mention it are parts of the tree, the others settings.
///
/// ```
/// use chainrule::prelude::*;
/// #[derive(Tree, Clone)]
/// struct Line<T> {
///     slope: T,
///     offset: T,
///     name: &'static str, // a setting: `map` clones it
/// }
/// let spec = Spec::scalar(DType::F64);
/// let specs = Line { slope: spec, offset: spec, name: "fit" };
/// let f = compile(
///     |line: Line<Wire>, x: Wire| (line.slope * x + line.offset).square().gradient(&line),
///     &(specs, spec),
/// )?;
/// let gradient: Line<Tensor> = f.run((Line { slope: 1.0.into(), offset: 2.0.into(), name: "fit" }, 3.0.into()))?;
/// assert_eq!((gradient.slope.item()?, gradient.offset.item()?), (30.0, 10.0));
/// assert_eq!(gradient.paths(), ["slope", "offset"]);
/// # Ok::<(), Diagnostic>(())
/// ```
pub trait Tree: Sized {
    /// The type of its leaves.
    type Leaf: Leaf;
    /// The same tree with other leaves.
    type With<U: Leaf>: Tree<Leaf = U, With<Self::Leaf> = Self>;
    /// The same tree with each leaf replaced.
    fn map<U: Leaf>(&self, f: &mut impl FnMut(&Self::Leaf) -> U) -> Self::With<U>;
    /// Visits the leaves in order, each with its path.
    fn visit<'a>(&'a self, path: &mut Path, f: &mut dyn FnMut(&Path, &'a Self::Leaf));
    /// Visits the leaves in order, to be written.
    fn visit_mut<'a>(&'a mut self, f: &mut dyn FnMut(&'a mut Self::Leaf));

    /// The leaves in order.
    fn leaves(&self) -> Vec<Self::Leaf> {
        let mut leaves = Vec::new();
        self.visit(&mut Path::default(), &mut |_, leaf| leaves.push(leaf.clone()));
        leaves
    }

    /// Paths of the leaves in order, such as `layers.0.weight`.
    fn paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        self.visit(&mut Path::default(), &mut |path, _| paths.push(path.to_string()));
        paths
    }

    /// The same tree with other leaves, given in order; `None` if they are too few or too many.
    fn fill<U: Leaf>(&self, leaves: &[U]) -> Option<Self::With<U>> {
        if self.leaves().len() != leaves.len() {
            return None;
        }
        let mut rest = leaves.iter();
        Some(self.map(&mut |_| rest.next().expect("there are as many leaves as the tree has").clone()))
    }
}

/// The way to a leaf: field names and positions.
#[derive(Default, Clone, Debug, PartialEq, Eq)]
pub struct Path {
    steps: Vec<String>,
    /// Whether steps are forgotten: writing them down costs memory.
    silent: bool,
}

impl Path {
    /// A path that forgets its steps, for visitors who only want the leaves.
    #[inline]
    pub fn silent() -> Path {
        Path { steps: Vec::new(), silent: true }
    }

    /// Steps into a field or position.
    #[inline]
    pub fn field(&mut self, name: impl fmt::Display) {
        if !self.silent {
            self.steps.push(name.to_string());
        }
    }

    /// Steps out again.
    #[inline]
    pub fn pop(&mut self) {
        self.steps.pop();
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.steps.join("."))
    }
}

/// Trees of wires: what functions that are traced take and give.
pub trait Wires: Tree<Leaf = Wire, With<Wire> = Self> {
    /// Joins two trees leaf by leaf. Where their leaves don't pair up, the wires are poisoned.
    #[track_caller]
    fn zip(&self, other: &Self, mut f: impl FnMut(Wire, Wire) -> Wire) -> Self {
        let others = other.leaves();
        let mut rest = others.iter();
        if others.len() != self.leaves().len() {
            let what =
                format!("a tree of {} leaves was joined with one of {}", self.leaves().len(), others.len());
            super::mistake("zip", super::Fault::new(what, "join trees of the same shape"));
            return self.map(&mut |_| Wire::POISON);
        }
        self.map(&mut |&a| rest.next().map_or(Wire::POISON, |&b| f(a, b)))
    }
}

impl<T: Tree<Leaf = Wire, With<Wire> = T>> Wires for T {}

macro_rules! leaf_tree {
    ($($type:ty)*) => {$(
        impl Leaf for $type {}
        impl Tree for $type {
            type Leaf = $type;
            type With<U: Leaf> = U;
            fn map<U: Leaf>(&self, f: &mut impl FnMut(&$type) -> U) -> U {
                f(self)
            }
            fn visit<'a>(&'a self, path: &mut Path, f: &mut dyn FnMut(&Path, &'a $type)) {
                f(path, self)
            }
            fn visit_mut<'a>(&'a mut self, f: &mut dyn FnMut(&'a mut $type)) {
                f(self)
            }
        }
    )*};
}

leaf_tree!(Wire Tensor Spec);

macro_rules! tuple_tree {
    ($A:ident $a:tt $($B:ident $b:tt)*) => {
        impl<$A: Tree, $($B: Tree<Leaf = $A::Leaf>),*> Tree for ($A, $($B,)*) {
            type Leaf = $A::Leaf;
            type With<UU: Leaf> = ($A::With<UU>, $($B::With<UU>,)*);
            fn map<UU: Leaf>(&self, f: &mut impl FnMut(&$A::Leaf) -> UU) -> Self::With<UU> {
                (self.$a.map(f), $(self.$b.map(f),)*)
            }
            fn visit<'a>(&'a self, path: &mut Path, f: &mut dyn FnMut(&Path, &'a $A::Leaf)) {
                path.field($a);
                self.$a.visit(path, f);
                path.pop();
                $(path.field($b); self.$b.visit(path, f); path.pop();)*
            }
            fn visit_mut<'a>(&'a mut self, f: &mut dyn FnMut(&'a mut $A::Leaf)) {
                self.$a.visit_mut(f);
                $(self.$b.visit_mut(f);)*
            }
        }
    };
}

tuple_tree!(A 0);
tuple_tree!(A 0 B 1);
tuple_tree!(A 0 B 1 C 2);
tuple_tree!(A 0 B 1 C 2 D 3);
tuple_tree!(A 0 B 1 C 2 D 3 E 4);
tuple_tree!(A 0 B 1 C 2 D 3 E 4 F 5);
tuple_tree!(A 0 B 1 C 2 D 3 E 4 F 5 G 6);
tuple_tree!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7);

macro_rules! list_tree {
    ($($params:tt)*) => {
        type Leaf = T::Leaf;
        type With<U: Leaf> = $($params)*;
        fn visit<'a>(&'a self, path: &mut Path, f: &mut dyn FnMut(&Path, &'a T::Leaf)) {
            for (i, item) in self.iter().enumerate() {
                path.field(i);
                item.visit(path, f);
                path.pop();
            }
        }
        fn visit_mut<'a>(&'a mut self, f: &mut dyn FnMut(&'a mut T::Leaf)) {
            self.iter_mut().for_each(|item| item.visit_mut(f));
        }
    };
}

impl<T: Tree, const N: usize> Tree for [T; N] {
    list_tree!([T::With<U>; N]);
    fn map<U: Leaf>(&self, f: &mut impl FnMut(&T::Leaf) -> U) -> [T::With<U>; N] {
        std::array::from_fn(|i| self[i].map(f))
    }
}

impl<T: Tree> Tree for Vec<T> {
    list_tree!(Vec<T::With<U>>);
    fn map<U: Leaf>(&self, f: &mut impl FnMut(&T::Leaf) -> U) -> Vec<T::With<U>> {
        self.iter().map(|item| item.map(f)).collect()
    }
}

impl<T: Tree> Tree for Option<T> {
    type Leaf = T::Leaf;
    type With<U: Leaf> = Option<T::With<U>>;
    fn map<U: Leaf>(&self, f: &mut impl FnMut(&T::Leaf) -> U) -> Option<T::With<U>> {
        self.as_ref().map(|item| item.map(f))
    }
    fn visit<'a>(&'a self, path: &mut Path, f: &mut dyn FnMut(&Path, &'a T::Leaf)) {
        self.iter().for_each(|item| item.visit(path, f));
    }
    fn visit_mut<'a>(&'a mut self, f: &mut dyn FnMut(&'a mut T::Leaf)) {
        self.iter_mut().for_each(|item| item.visit_mut(f));
    }
}

impl<T: Tree> Tree for Box<T> {
    type Leaf = T::Leaf;
    type With<U: Leaf> = Box<T::With<U>>;
    fn map<U: Leaf>(&self, f: &mut impl FnMut(&T::Leaf) -> U) -> Box<T::With<U>> {
        Box::new((**self).map(f))
    }
    fn visit<'a>(&'a self, path: &mut Path, f: &mut dyn FnMut(&Path, &'a T::Leaf)) {
        (**self).visit(path, f);
    }
    fn visit_mut<'a>(&'a mut self, f: &mut dyn FnMut(&'a mut T::Leaf)) {
        (**self).visit_mut(f);
    }
}
