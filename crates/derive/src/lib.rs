//! `#[derive(Tree)]` for chainrule.
//!
//! A tree is a struct generic over its leaves: wires while tracing, tensors when running, specs for shapes.
//! The derive writes `map`, `visit` and `visit_mut` for it, in the order of the fields.

mod expand;
mod model;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Implements `chainrule::Tree` for a struct with one type parameter, its leaf.
///
/// A field whose type mentions the parameter is a part of the tree. Every other field is a setting: `map`
/// clones it and the visits pass it by. Parts may be the parameter itself, another tree such as
/// `Layer<T>`, and tuples, arrays, `Vec`, `Option` and `Box` of parts. A type alias of such a container
/// is not seen through, so write the container out.
///
/// ```standalone_crate
/// # // The engine depends on this crate, so the example runs against a copy of the trait.
/// # #![allow(dead_code)]
/// # extern crate self as chainrule;
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stub/mod.rs"));
/// # use chainrule_derive::Tree;
/// #[derive(Tree, Clone)]
/// struct Layer<T> {
///     weight: T,
///     bias: Option<T>,
/// }
///
/// #[derive(Tree, Clone)]
/// struct Mlp<T> {
///     layers: Vec<Layer<T>>,
///     scale: T,
///     heads: usize, // a setting: the same in every copy of the tree
/// }
/// # fn main() {
/// let net = Mlp { layers: vec![Layer { weight: Wire(1), bias: None }], scale: Wire(2), heads: 4 };
/// let specs: Mlp<Spec> = net.map(&mut |wire| Spec(wire.0.to_string()));
/// assert_eq!(specs.layers[0].weight.0, "1");
/// assert_eq!(specs.heads, 4);
/// # }
/// ```
#[proc_macro_derive(Tree)]
pub fn derive_tree(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    match model::Model::read(input) {
        Ok(model) => expand::expand(&model).into(),
        Err(error) => error.into_compile_error().into(),
    }
}
