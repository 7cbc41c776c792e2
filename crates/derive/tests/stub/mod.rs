// The engine's trees, as small as they can be: the derive is tested without the engine, which depends on it.

/// Where a leaf is.
#[derive(Default)]
pub struct Path(Vec<String>);

impl Path {
    pub fn field(&mut self, name: &str) {
        self.0.push(name.to_string());
    }
    pub fn pop(&mut self) {
        self.0.pop();
    }
    pub fn text(&self) -> String {
        self.0.join(".")
    }
}

// As in the engine: a leaf is a tree of itself with any other leaf, said for each leaf there is.
pub trait Leaf: Clone + 'static + Tree<Leaf = Self, With<Wire> = Wire> + Tree<With<Spec> = Spec> {}

pub trait Tree: Sized {
    type Leaf: Leaf;
    type With<U: Leaf>: Tree<Leaf = U, With<Self::Leaf> = Self>;
    fn map<U: Leaf>(&self, f: &mut impl FnMut(&Self::Leaf) -> U) -> Self::With<U>;
    fn visit<'a>(&'a self, path: &mut Path, f: &mut dyn FnMut(&Path, &'a Self::Leaf));
    fn visit_mut<'a>(&'a mut self, f: &mut dyn FnMut(&'a mut Self::Leaf));
}

#[derive(Clone, Debug, PartialEq)]
pub struct Wire(pub u32);

#[derive(Clone, Debug, PartialEq)]
pub struct Spec(pub String);

macro_rules! leaf {
    ($($leaf:ident)*) => { $(
        impl Leaf for $leaf {}
        impl Tree for $leaf {
            type Leaf = $leaf;
            type With<U: Leaf> = U;
            fn map<U: Leaf>(&self, f: &mut impl FnMut(&$leaf) -> U) -> U {
                f(self)
            }
            fn visit<'a>(&'a self, path: &mut Path, f: &mut dyn FnMut(&Path, &'a $leaf)) {
                f(path, self);
            }
            fn visit_mut<'a>(&'a mut self, f: &mut dyn FnMut(&'a mut $leaf)) {
                f(self);
            }
        }
    )* };
}
leaf!(Wire Spec);

macro_rules! sequence {
    ($(($($generics:tt)*) $container:ty, $with:ty, $self:ident, $f:ident, $map:expr;)*) => { $(
        impl<$($generics)*> Tree for $container {
            type Leaf = A::Leaf;
            type With<U: Leaf> = $with;
            fn map<U: Leaf>(&$self, $f: &mut impl FnMut(&A::Leaf) -> U) -> Self::With<U> {
                $map
            }
            fn visit<'a>(&'a self, path: &mut Path, f: &mut dyn FnMut(&Path, &'a A::Leaf)) {
                for (index, part) in self.iter().enumerate() {
                    path.field(&index.to_string());
                    part.visit(path, f);
                    path.pop();
                }
            }
            fn visit_mut<'a>(&'a mut self, f: &mut dyn FnMut(&'a mut A::Leaf)) {
                for part in self.iter_mut() {
                    part.visit_mut(f);
                }
            }
        }
    )* };
}
sequence! {
    (A: Tree) Vec<A>, Vec<A::With<U>>, self, f, self.iter().map(|part| part.map(f)).collect();
    (A: Tree) Option<A>, Option<A::With<U>>, self, f, self.as_ref().map(|part| part.map(f));
    (A: Tree, const N: usize) [A; N], [A::With<U>; N], self, f, self.each_ref().map(|part| part.map(f));
}

impl<A: Tree> Tree for Box<A> {
    type Leaf = A::Leaf;
    type With<U: Leaf> = Box<A::With<U>>;
    fn map<U: Leaf>(&self, f: &mut impl FnMut(&A::Leaf) -> U) -> Self::With<U> {
        Box::new((**self).map(f))
    }
    fn visit<'a>(&'a self, path: &mut Path, f: &mut dyn FnMut(&Path, &'a A::Leaf)) {
        (**self).visit(path, f);
    }
    fn visit_mut<'a>(&'a mut self, f: &mut dyn FnMut(&'a mut A::Leaf)) {
        (**self).visit_mut(f);
    }
}

impl<A: Tree, B: Tree<Leaf = A::Leaf>> Tree for (A, B) {
    type Leaf = A::Leaf;
    type With<U: Leaf> = (A::With<U>, B::With<U>);
    fn map<U: Leaf>(&self, f: &mut impl FnMut(&A::Leaf) -> U) -> Self::With<U> {
        (self.0.map(f), self.1.map(f))
    }
    fn visit<'a>(&'a self, path: &mut Path, f: &mut dyn FnMut(&Path, &'a A::Leaf)) {
        path.field("0");
        self.0.visit(path, f);
        path.pop();
        path.field("1");
        self.1.visit(path, f);
        path.pop();
    }
    fn visit_mut<'a>(&'a mut self, f: &mut dyn FnMut(&'a mut A::Leaf)) {
        self.0.visit_mut(f);
        self.1.visit_mut(f);
    }
}
