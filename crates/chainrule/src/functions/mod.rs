//! Floor 2: functions composed of gates, one file for each, or for a few that differ in a line. A function becomes a gate
//! only when a benchmark or an accuracy test asks for it.
//!
//! Each opens a stage of its name, so that a person can open and close it. To add one, write its file and add one line here.

mod support;
#[cfg(test)]
mod tests;

macro_rules! functions {
    ($($file:ident: $($function:ident)*;)*) => {
        $(mod $file;)*
        $(pub use $file::*;)*
        /// Every composed function, in the order of the catalogue.
        pub static ALL: &[&crate::circuit::FunctionDef] = &[$($(&$function,)*)*];
    };
}

functions! {
    // element-wise
    softplus: SOFTPLUS;
    gelu: GELU;
    silu: SILU;
    elu: ELU;
    leaky_relu: LEAKY_RELU;
    clamp: CLAMP;
    choose: WHERE;
    digamma: DIGAMMA TRIGAMMA;
    // over axes
    mean: MEAN;
    variance: VARIANCE STD;
    norm: NORM;
    logsumexp: LOGSUMEXP;
    softmax: SOFTMAX;
    log_softmax: LOG_SOFTMAX;
    // losses
    cross_entropy: CROSS_ENTROPY CROSS_ENTROPY_MEAN;
    binary_cross_entropy: BINARY_CROSS_ENTROPY;
    hinge: HINGE;
    mse: MSE;
    // normalisation
    layer_norm: LAYER_NORM;
    batch_norm: BATCH_NORM;
    group_norm: GROUP_NORM;
    // contractions
    dot_general: DOT_GENERAL;
    einsum: EINSUM;
    attention: ATTENTION;
    convolution: CONV1D CONV2D;
    // windows
    pool: MAX_POOL1D MAX_POOL2D AVG_POOL1D AVG_POOL2D;
    // linear algebra
    solve_posdef: SOLVE_POSDEF;
    logdet_posdef: LOGDET_POSDEF;
    // index
    embedding: EMBEDDING;
    one_hot: ONE_HOT;
    sort: SORT;
    take: TAKE;
    take_along: TAKE_ALONG;
    top_k: TOP_K;
    // moves
    stack: STACK;
    split: SPLIT;
    // random
    dropout: DROPOUT;
}
