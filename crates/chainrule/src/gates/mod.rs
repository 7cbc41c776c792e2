//! Floor 2: one file per gate, its room: everything that is known of it, and its `Wire` method or operator.
//!
//! To add a gate, write its room and add one line here.

#[macro_use]
pub mod support;

macro_rules! rooms {
    ($($file:ident: $($gate:ident)*;)*) => {
        $(mod $file;)*
        $(pub use $file::*;)*
        /// Every gate, in the order of the catalogue.
        pub static ALL: &[&crate::circuit::GateDef] = &[$($(&$gate,)*)*];
    };
}

rooms! {
    // sources
    input: INPUT;
    constant: CONSTANT;
    // element-wise
    identity: IDENTITY;
    stop_gradient: STOP_GRADIENT;
    neg: NEG;
    add: ADD;
    sub: SUB;
    mul: MUL;
    div: DIV;
    maximum: MAXIMUM;
    exp: EXP;
    sigmoid: SIGMOID;
    select: SELECT;
    compare: GT GE LT LE EQ NE;
    logic: AND OR NOT;
    cast: CAST;
    // reduce
    sum: SUM;
    // contract
    matmul: MATMUL;
    // move
    reshape: RESHAPE;
    transpose: TRANSPOSE;
    broadcast: BROADCAST;
    // control
    scan: SCAN;
    while_loop: WHILE;
    cond: COND;
    custom: CUSTOM;
}

/// The gate of this name.
pub fn by_name(name: &str) -> Option<&'static crate::circuit::GateDef> {
    ALL.iter().copied().find(|g| g.name == name)
}
