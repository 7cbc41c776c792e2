//! Floor 2: functions composed of gates, one file each.
//!
//! To add a function, write its file and add one line here.

macro_rules! functions {
    ($($file:ident: $($function:ident)*;)*) => {
        $(mod $file;)*
        $(pub use $file::*;)*
        /// Every composed function, in the order of the catalogue.
        pub static ALL: &[&crate::circuit::FunctionDef] = &[$($(&$function,)*)*];
    };
}

functions! {
    embedding: EMBEDDING;
    one_hot: ONE_HOT;
    sort: SORT;
    take: TAKE;
    take_along: TAKE_ALONG;
    top_k: TOP_K;
}
