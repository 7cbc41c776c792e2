//! What the derive knows about a struct, and the structs it refuses.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Error, Fields, GenericParam, Generics, Index, Member, Result, Type};

/// A struct that can be a tree.
pub struct Model {
    pub name: Ident,
    pub generics: Generics,
    /// The type parameter that stands for the leaves.
    pub leaf: Ident,
    pub fields: Vec<Field>,
}

pub struct Field {
    pub member: Member,
    /// What the field is called in a path: its name, or its index in a tuple struct.
    pub label: String,
    pub ty: Type,
    /// Whether the field holds leaves; if not, it is a setting.
    pub is_part: bool,
}

impl Model {
    pub fn read(input: DeriveInput) -> Result<Model> {
        let fields = match input.data {
            Data::Struct(data) => data.fields,
            Data::Enum(data) => {
                return Err(Error::new(
                    data.enum_token.span,
                    "derive(Tree): an enum is not a tree, its leaves would depend on the variant; \
                     hint: use a struct, with `Option<T>` for a part that may be missing",
                ));
            }
            Data::Union(data) => {
                return Err(Error::new(
                    data.union_token.span,
                    "derive(Tree): a union is not a tree; hint: use a struct",
                ));
            }
        };
        let leaf = leaf_parameter(&input.ident, &input.generics)?;
        let fields = read_fields(&fields, &leaf)?;
        if !fields.iter().any(|field| field.is_part) {
            let what = format!(
                "derive(Tree): no field of `{0}` holds a `{leaf}`, so the tree has no leaves; \
                 hint: give it a field such as `weight: {leaf}`",
                input.ident
            );
            return Err(Error::new(input.ident.span(), what));
        }
        Ok(Model { name: input.ident, generics: input.generics, leaf, fields })
    }
}

/// The one type parameter. Lifetimes and constants beside it are fine.
fn leaf_parameter(name: &Ident, generics: &Generics) -> Result<Ident> {
    let mut parameters = generics.type_params();
    let Some(first) = parameters.next() else {
        let what = format!(
            "derive(Tree): `{name}` has no type parameter for its leaves; \
             hint: write `struct {name}<T>` and `T` for each weight"
        );
        return Err(Error::new(name.span(), what));
    };
    if let Some(second) = parameters.next() {
        let what = format!(
            "derive(Tree): one type parameter stands for all leaves, but `{name}` has `{}` and `{}`; \
             hint: use `{0}` for every leaf",
            first.ident, second.ident
        );
        return Err(Error::new(second.ident.span(), what));
    }
    Ok(first.ident.clone())
}

fn read_fields(fields: &Fields, leaf: &Ident) -> Result<Vec<Field>> {
    let mut read = Vec::with_capacity(fields.len());
    let mut errors: Option<Error> = None;
    for (index, field) in fields.iter().enumerate() {
        let is_part = mentions(&field.ty, leaf);
        if is_part && let Err(error) = check_part(&field.ty, leaf) {
            match &mut errors {
                Some(errors) => errors.combine(error),
                None => errors = Some(error),
            }
        }
        let (member, label) = match &field.ident {
            Some(name) => (Member::Named(name.clone()), name.unraw().to_string()),
            None => (Member::Unnamed(Index::from(index)), index.to_string()),
        };
        read.push(Field { member, label, ty: field.ty.clone(), is_part });
    }
    errors.map_or(Ok(read), Err)
}

/// Refuses types that hold no leaves of their own, and so can't be rebuilt with other leaves.
fn check_part(ty: &Type, leaf: &Ident) -> Result<()> {
    if !mentions(ty, leaf) {
        return Ok(());
    }
    match ty {
        Type::Path(_) => Ok(()),
        Type::Paren(inner) => check_part(&inner.elem, leaf),
        Type::Group(inner) => check_part(&inner.elem, leaf),
        Type::Array(array) => check_part(&array.elem, leaf),
        Type::Tuple(tuple) => tuple.elems.iter().try_for_each(|part| check_part(part, leaf)),
        _ => {
            let what = format!(
                "derive(Tree): `{}` does not own its `{leaf}`; \
                 hint: hold it as `{leaf}`, or in a tuple, an array, a `Vec`, an `Option` or another tree",
                readable(ty)
            );
            Err(Error::new_spanned(ty, what))
        }
    }
}

/// The type as a person writes it: tokens print with a space around each.
fn readable(ty: &Type) -> String {
    let text = ty.to_token_stream().to_string();
    text.replace("& ", "&").replace(" <", "<").replace("< ", "<").replace(" >", ">").replace("[ ", "[")
}

/// Whether the type names the parameter.
pub fn mentions(ty: &Type, leaf: &Ident) -> bool {
    names(ty.to_token_stream(), leaf)
}

fn names(tokens: TokenStream, leaf: &Ident) -> bool {
    // `module::T` is another T: an identifier behind a `::` is not the parameter.
    let mut colons = 0;
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ':' => {
                colons += 1;
                continue;
            }
            TokenTree::Ident(ident) if colons < 2 && ident == *leaf => return true,
            TokenTree::Group(group) if names(group.stream(), leaf) => return true,
            _ => {}
        }
        colons = 0;
    }
    false
}

/// The generics of the same struct with another leaf: `<'a, U, N>` for `<'a, T, const N: usize>`.
pub fn arguments_with(generics: &Generics, leaf: &Ident) -> TokenStream {
    let arguments = generics.params.iter().map(|parameter| match parameter {
        GenericParam::Lifetime(lifetime) => lifetime.lifetime.to_token_stream(),
        GenericParam::Type(_) => leaf.to_token_stream(),
        GenericParam::Const(constant) => constant.ident.to_token_stream(),
    });
    quote::quote!(<#(#arguments),*>)
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    fn refusal(input: DeriveInput) -> String {
        match Model::read(input) {
            Ok(_) => panic!("the struct should have been refused"),
            Err(error) => error.into_iter().map(|one| one.to_string()).collect::<Vec<_>>().join("\n"),
        }
    }

    #[test]
    fn parts_are_the_fields_that_name_the_parameter() {
        let model = Model::read(parse_quote! {
            struct Net<T> {
                weight: T, layers: Vec<Layer<T>>, pair: (T, usize), array: [T; 3], heads: usize, other: side::T, r#type: String,
            }
        })
        .unwrap();
        let parts: Vec<_> = model.fields.iter().map(|field| (field.label.as_str(), field.is_part)).collect();
        let expected = [
            ("weight", true),
            ("layers", true),
            ("pair", true),
            ("array", true),
            ("heads", false),
            ("other", false),
            ("type", false),
        ];
        assert_eq!(parts, expected);
        assert_eq!(model.leaf, "T");
    }

    #[test]
    fn tuple_structs_count_their_fields() {
        let model = Model::read(parse_quote!(
            struct Pair<W>(W, u8, Vec<W>);
        ))
        .unwrap();
        let labels: Vec<_> = model.fields.iter().map(|field| field.label.as_str()).collect();
        assert_eq!(labels, ["0", "1", "2"]);
        assert_eq!(model.leaf, "W");
    }

    #[test]
    fn enums_and_unions_are_refused() {
        assert!(
            refusal(parse_quote!(
                enum E<T> {
                    A(T),
                }
            ))
            .contains("an enum is not a tree")
        );
        assert!(refusal(parse_quote!(union U<T: Copy> { a: T })).contains("a union is not a tree"));
    }

    #[test]
    fn one_type_parameter_is_wanted() {
        assert!(
            refusal(parse_quote!(
                struct N {
                    a: f32,
                }
            ))
            .contains("`N` has no type parameter")
        );
        assert!(
            refusal(parse_quote!(
                struct N<const K: usize> {
                    a: [f32; K],
                }
            ))
            .contains("no type parameter")
        );
        assert!(
            refusal(parse_quote!(
                struct N<T, S> {
                    a: T,
                    b: S,
                }
            ))
            .contains("`N` has `T` and `S`")
        );
    }

    #[test]
    fn a_tree_without_leaves_is_refused() {
        assert!(
            refusal(parse_quote!(
                struct N<T> {
                    heads: usize,
                }
            ))
            .contains("no field of `N` holds a `T`")
        );
        assert!(
            refusal(parse_quote!(
                struct N<T>;
            ))
            .contains("the tree has no leaves")
        );
    }

    #[test]
    fn borrowed_parts_are_all_named() {
        let text = refusal(parse_quote! {
            struct N<'a, T> { weight: T, seen: &'a T, act: fn(T) -> T, deep: (T, [&'a T; 2]) }
        });
        assert!(text.contains("`&'a T` does not own its `T`"), "{text}");
        assert_eq!(text.lines().count(), 3, "{text}");
    }
}
