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
    iota: IOTA;
    basis: BASIS;
    random: RANDOM_UNIFORM RANDOM_NORMAL;
    fold_key: FOLD_KEY;
    // element-wise
    identity: IDENTITY;
    stop_gradient: STOP_GRADIENT;
    neg: NEG;
    add: ADD;
    sub: SUB;
    mul: MUL;
    scale: SCALE;
    div: DIV;
    maximum: MAXIMUM FIRST_IS_MAX;
    minimum: MINIMUM FIRST_IS_MIN;
    remainder: REMAINDER;
    pow: POW;
    powi: POWI;
    abs: ABS;
    sign: SIGN;
    square: SQUARE;
    sqrt: SQRT;
    rsqrt: RSQRT;
    reciprocal: RECIPROCAL;
    exp: EXP;
    expm1: EXPM1;
    log: LOG;
    log1p: LOG1P;
    sin: SIN;
    cos: COS;
    tan: TAN;
    asin: ASIN;
    acos: ACOS;
    atan: ATAN;
    atan2: ATAN2;
    sinh: SINH;
    cosh: COSH;
    tanh: TANH;
    sigmoid: SIGMOID;
    relu: RELU;
    erf: ERF;
    gelu: GELU_EXACT GELU_SLOPE;
    lgamma: LGAMMA;
    polygamma: POLYGAMMA;
    floor: FLOOR;
    ceil: CEIL;
    round: ROUND;
    is_finite: IS_FINITE;
    is_nan: IS_NAN;
    select: SELECT;
    compare: GT GE LT LE EQ NE;
    logic: AND OR NOT;
    cast: CAST;
    // reduce
    sum: SUM;
    prod: PROD;
    max_min: MAX MIN;
    argmax: ARGMAX ARGMIN;
    any_all: ANY_TRUE ALL_TRUE;
    // cumulate
    cumsum: CUMSUM;
    cumprod: CUMPROD;
    cummax: CUMMAX CUMMIN;
    recurrence: RECURRENCE;
    argsort: ARGSORT;
    // contract
    matmul: MATMUL;
    conv: CONV;
    cholesky: CHOLESKY;
    triangular_solve: TRIANGULAR_SOLVE;
    // move
    reshape: RESHAPE;
    transpose: TRANSPOSE;
    broadcast: BROADCAST;
    slice: SLICE;
    dynamic_slice: DYNAMIC_SLICE;
    dynamic_update_slice: DYNAMIC_UPDATE_SLICE;
    pad: PAD;
    concat: CONCAT;
    reverse: REVERSE;
    // index
    gather: GATHER;
    scatter_add: SCATTER_ADD;
    // control
    scan: SCAN;
    while_loop: WHILE;
    cond: COND;
    custom: CUSTOM;
    checkpoint: CHECKPOINT;
    // window
    max_pool: MAX_POOL MAX_POOL_INDEX MAX_POOL_TRANSPOSE;
    avg_pool: AVG_POOL AVG_POOL_TRANSPOSE;
}

/// The gate of this name.
#[cfg(test)]
pub fn by_name(name: &str) -> Option<&'static crate::circuit::GateDef> {
    ALL.iter().copied().find(|g| g.name == name)
}
