//! Writes the implementation of `Tree` for a model.

use crate::model::{Model, arguments_with, mentions};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{GenericArgument, Index, PathArguments, Type};

/// The whole `impl` block.
pub fn expand(model: &Model) -> TokenStream {
    let Model { name, leaf, .. } = model;
    let other = Ident::new("__U", Span::mixed_site());
    let mut generics = model.generics.clone();
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(syn::parse_quote!(::chainrule::Leaf));
    }
    let (parameters, arguments, conditions) = generics.split_for_impl();
    let with = arguments_with(&generics, &other);
    let mapped = map_fields(model);
    let (visits, visits_mut) = visit_fields(model);
    quote! {
        #[automatically_derived]
        impl #parameters ::chainrule::Tree for #name #arguments #conditions {
            type Leaf = #leaf;
            type With<#other: ::chainrule::Leaf> = #name #with;

            fn map<#other: ::chainrule::Leaf>(
                &self,
                f: &mut impl ::core::ops::FnMut(&Self::Leaf) -> #other,
            ) -> Self::With<#other> {
                #name { #(#mapped),* }
            }

            fn visit<'tree>(
                &'tree self,
                path: &mut ::chainrule::Path,
                f: &mut dyn ::core::ops::FnMut(&::chainrule::Path, &'tree Self::Leaf),
            ) {
                #(#visits)*
            }

            fn visit_mut<'tree>(&'tree mut self, f: &mut dyn ::core::ops::FnMut(&'tree mut Self::Leaf)) {
                #(#visits_mut)*
            }
        }
    }
}

/// `member: value` for each field. Written with members, the same form serves tuple structs.
fn map_fields(model: &Model) -> Vec<TokenStream> {
    let field_of = |field: &crate::model::Field| {
        let member = &field.member;
        let value = map_part(&field.ty, &quote!(self.#member), &model.leaf);
        quote!(#member: #value)
    };
    model.fields.iter().map(field_of).collect()
}

fn visit_fields(model: &Model) -> (Vec<TokenStream>, Vec<TokenStream>) {
    let parts = model.fields.iter().filter(|field| field.is_part).map(|field| {
        let (member, label, ty) = (&field.member, &field.label, &field.ty);
        let visit = quote_spanned!(ty.span()=> <#ty as ::chainrule::Tree>::visit(&self.#member, path, f););
        let visit_mut =
            quote_spanned!(ty.span()=> <#ty as ::chainrule::Tree>::visit_mut(&mut self.#member, f););
        (quote!(path.field(#label); #visit path.pop();), visit_mut)
    });
    parts.unzip()
}

/// The expression that rebuilds the part at `place` with other leaves.
///
/// Containers are opened here: for a generic leaf the compiler knows that `Layer<T>` with the leaf `U` is
/// `Layer<U>`, but not that `<T as Tree>::With<U>` is `U`, so `<Vec<T> as Tree>::map` would not give a
/// `Vec<U>` in its eyes.
fn map_part(ty: &Type, place: &TokenStream, leaf: &Ident) -> TokenStream {
    if !mentions(ty, leaf) {
        return quote!(::core::clone::Clone::clone(&#place));
    }
    let item = quote!((*item));
    match Part::of(ty, leaf) {
        Part::Leaf => quote!(f(&#place)),
        Part::Vec(inner) => {
            let value = map_part(inner, &item, leaf);
            quote!(#place.iter().map(|item| #value).collect())
        }
        Part::Option(inner) => {
            let value = map_part(inner, &item, leaf);
            quote!(#place.as_ref().map(|item| #value))
        }
        Part::Array(inner) => {
            let value = map_part(inner, &item, leaf);
            quote!(#place.each_ref().map(|item| #value))
        }
        Part::Box(inner) => {
            let value = map_part(inner, &quote!((*#place)), leaf);
            quote!(::std::boxed::Box::new(#value))
        }
        Part::Tuple(parts) => {
            let values = parts.into_iter().enumerate().map(|(index, part)| {
                let index = Index::from(index);
                map_part(part, &quote!(#place.#index), leaf)
            });
            quote!((#(#values,)*))
        }
        Part::Tree => quote_spanned!(ty.span()=> <#ty as ::chainrule::Tree>::map(&#place, f)),
    }
}

/// How a type holds its leaves.
enum Part<'a> {
    Leaf,
    Vec(&'a Type),
    Option(&'a Type),
    Box(&'a Type),
    Array(&'a Type),
    Tuple(Vec<&'a Type>),
    /// Another implementation of `Tree`.
    Tree,
}

impl<'a> Part<'a> {
    fn of(ty: &'a Type, leaf: &Ident) -> Part<'a> {
        match ty {
            Type::Paren(inner) => Part::of(&inner.elem, leaf),
            Type::Group(inner) => Part::of(&inner.elem, leaf),
            Type::Array(array) => Part::Array(&array.elem),
            Type::Tuple(tuple) => Part::Tuple(tuple.elems.iter().collect()),
            Type::Path(path) if path.qself.is_none() && path.path.is_ident(leaf) => Part::Leaf,
            Type::Path(path) => {
                let Some(last) = path.path.segments.last() else {
                    return Part::Tree;
                };
                match (last.ident.to_string().as_str(), only_argument(&last.arguments)) {
                    ("Vec", Some(inner)) => Part::Vec(inner),
                    ("Option", Some(inner)) => Part::Option(inner),
                    ("Box", Some(inner)) => Part::Box(inner),
                    _ => Part::Tree,
                }
            }
            _ => Part::Tree,
        }
    }
}

fn only_argument(arguments: &PathArguments) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else {
        return None;
    };
    match (arguments.args.first(), arguments.args.len()) {
        (Some(GenericArgument::Type(ty)), 1) => Some(ty),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::{DeriveInput, parse_quote};

    /// The expansion with all white space left out, so that tests don't depend on how tokens print.
    fn expansion(input: DeriveInput) -> String {
        let tokens = expand(&Model::read(input).unwrap());
        tokens.to_string().split_whitespace().collect()
    }

    fn assert_has(text: &str, part: TokenStream) {
        let part: String = part.to_string().split_whitespace().collect();
        assert!(text.contains(&part), "{part}\nis not in\n{text}");
    }

    #[test]
    fn head_names_the_leaf_and_the_same_struct_with_another() {
        let text = expansion(parse_quote!(
            struct Net<W> {
                weight: W,
            }
        ));
        assert_has(&text, quote!(impl<W: ::chainrule::Leaf> ::chainrule::Tree for Net<W>));
        assert_has(
            &text,
            quote!(
                type Leaf = W;
            ),
        );
        assert_has(
            &text,
            quote!(
                type With<__U: ::chainrule::Leaf> = Net<__U>;
            ),
        );
    }

    #[test]
    fn other_generics_are_kept_and_defaults_dropped() {
        let text = expansion(parse_quote! {
            struct Net<'n, T: Clone = Tensor, const N: usize = 2> where T: Send { name: &'n str, arr: [T; N] }
        });
        assert_has(
            &text,
            quote!(impl<'n, T: Clone + ::chainrule::Leaf, const N: usize> ::chainrule::Tree for Net<'n, T, N> where T: Send),
        );
        assert_has(&text, quote!(= Net<'n, __U, N>;));
    }

    #[test]
    fn map_opens_containers_and_clones_settings() {
        let text = expansion(parse_quote! {
            struct Net<T> { w: T, b: Vec<T>, pair: (T, usize), opt: Option<T>, arr: [T; 3], next: Box<Net<T>>, heads: usize }
        });
        assert_has(&text, quote!(w: f(&self.w)));
        assert_has(&text, quote!(b: self.b.iter().map(|item| f(&(*item))).collect()));
        assert_has(&text, quote!(pair: (f(&self.pair.0), ::core::clone::Clone::clone(&self.pair.1),)));
        assert_has(&text, quote!(opt: self.opt.as_ref().map(|item| f(&(*item)))));
        assert_has(&text, quote!(arr: self.arr.each_ref().map(|item| f(&(*item)))));
        assert_has(
            &text,
            quote!(next: ::std::boxed::Box::new(<Net<T> as ::chainrule::Tree>::map(&(*self.next), f))),
        );
        assert_has(&text, quote!(heads: ::core::clone::Clone::clone(&self.heads)));
    }

    #[test]
    fn visits_name_the_field_and_pass_settings_by() {
        let text = expansion(parse_quote!(
            struct Net<T> {
                w: T,
                r#type: Vec<T>,
                heads: usize,
            }
        ));
        assert_has(
            &text,
            quote!(path.field("w"); <T as ::chainrule::Tree>::visit(&self.w, path, f); path.pop();),
        );
        assert_has(&text, quote!(path.field("type");));
        assert_has(&text, quote!(<Vec<T> as ::chainrule::Tree>::visit_mut(&mut self.r#type, f);));
        assert_eq!(text.matches("heads").count(), 2, "heads is only cloned: {text}");
    }

    #[test]
    fn tuple_structs_go_by_index() {
        let text = expansion(parse_quote!(
            struct Pair<T>(T, u8);
        ));
        assert_has(&text, quote!(Pair { 0: f(&self.0), 1: ::core::clone::Clone::clone(&self.1) }));
        assert_has(&text, quote!(path.field("0");));
    }
}
