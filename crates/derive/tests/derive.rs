//! The derive at work on structs of every supported form.

// The derive writes paths that begin with `::chainrule`; here that is this file.
extern crate self as chainrule;

#[allow(missing_docs)] // the engine documents the trait; this is a copy
mod stub;
pub use stub::{Leaf, Path, Spec, Tree, Wire};

use chainrule_derive::Tree;

#[derive(Tree, Clone, Debug, PartialEq)]
struct Layer<T> {
    weight: T,
    bias: Option<T>,
}

#[derive(Tree, Clone, Debug, PartialEq)]
struct Mlp<T> {
    w1: T,
    layers: Vec<Layer<T>>,
    pair: (T, T),
    opt: Option<T>,
    arr: [T; 3],
    deep: Vec<(Option<T>, [T; 1])>,
    r#final: Box<Layer<T>>,
    heads: usize,
    name: String,
}

#[derive(Tree, Clone, Debug, PartialEq)]
struct Pair<T>(T, u8, Vec<T>);

#[derive(Tree, Clone, Debug, PartialEq)]
struct Named<'n, T: Clone + 'static = Wire, const N: usize = 2> {
    name: &'n str,
    taps: [T; N],
}

/// A chain of trees: the type of a field is the struct itself.
#[derive(Tree, Clone, Debug, PartialEq)]
struct Chain<T> {
    here: T,
    next: Option<Box<Chain<T>>>,
}

fn mlp() -> Mlp<Wire> {
    let layer = |n| Layer { weight: Wire(n), bias: Some(Wire(n + 1)) };
    Mlp {
        w1: Wire(0),
        layers: vec![layer(1), Layer { weight: Wire(3), bias: None }],
        pair: (Wire(4), Wire(5)),
        opt: Some(Wire(6)),
        arr: [Wire(7), Wire(8), Wire(9)],
        deep: vec![(None, [Wire(10)]), (Some(Wire(11)), [Wire(12)])],
        r#final: Box::new(layer(13)),
        heads: 4,
        name: "net".to_string(),
    }
}

fn leaves<A: Tree>(tree: &A) -> Vec<(String, &A::Leaf)> {
    let mut found = Vec::new();
    tree.visit(&mut Path::default(), &mut |path, leaf| found.push((path.text(), leaf)));
    found
}

#[test]
fn map_keeps_the_form_and_the_settings() {
    let net = mlp();
    let specs: Mlp<Spec> = net.map(&mut |wire| Spec(format!("s{}", wire.0)));
    assert_eq!(specs.layers[0].bias, Some(Spec("s2".to_string())));
    assert_eq!(specs.layers[1].bias, None);
    assert_eq!(specs.deep[1], (Some(Spec("s11".to_string())), [Spec("s12".to_string())]));
    assert_eq!((specs.heads, specs.name.as_str()), (4, "net"));
    let back: Mlp<Wire> = specs.map(&mut |spec| Wire(spec.0[1..].parse().unwrap()));
    assert_eq!(back, net);
}

#[test]
fn map_and_both_visits_go_in_the_order_of_the_fields() {
    let mut net = mlp();
    let expected: Vec<u32> = (0..15).collect();
    let visited: Vec<u32> = leaves(&net).iter().map(|(_, wire)| wire.0).collect();
    assert_eq!(visited, expected);
    let mut mapped = Vec::new();
    let _: Mlp<Wire> = net.map(&mut |wire| {
        mapped.push(wire.0);
        wire.clone()
    });
    assert_eq!(mapped, expected);
    let mut places: Vec<&mut Wire> = Vec::new();
    net.visit_mut(&mut |wire| places.push(wire));
    for (place, n) in places.into_iter().zip(100..) {
        place.0 = n;
    }
    assert_eq!((net.w1, net.r#final.bias), (Wire(100), Some(Wire(114))));
}

#[test]
fn paths_name_the_fields() {
    let net = mlp();
    let paths: Vec<String> = leaves(&net).into_iter().map(|(path, _)| path).collect();
    assert_eq!(paths[0], "w1");
    assert_eq!(paths[1], "layers.0.weight");
    assert_eq!(paths[4], "pair.0");
    assert_eq!(paths[13], "final.weight");
}

#[test]
fn tuple_structs_and_other_generics() {
    let pair = Pair(Wire(1), 7, vec![Wire(2)]);
    let paths: Vec<String> = leaves(&pair).into_iter().map(|(path, _)| path).collect();
    assert_eq!(paths, ["0", "2.0"]);
    assert_eq!(pair.map(&mut |wire| Wire(wire.0 + 1)), Pair(Wire(2), 7, vec![Wire(3)]));

    let named = Named { name: "taps", taps: [Wire(1), Wire(2), Wire(3)] };
    let specs: Named<'_, Spec, 3> = named.map(&mut |wire| Spec(wire.0.to_string()));
    assert_eq!((specs.name, specs.taps[2].0.as_str()), ("taps", "3"));
}

#[test]
fn a_tree_may_hold_itself() {
    let chain = Chain { here: Wire(1), next: Some(Box::new(Chain { here: Wire(2), next: None })) };
    let doubled: Chain<Wire> = chain.map(&mut |wire| Wire(wire.0 * 2));
    assert_eq!(doubled.next.map(|next| next.here), Some(Wire(4)));
}
