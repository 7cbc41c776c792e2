# A network of two layers with softmax cross-entropy and L2, written out down to the gates.
input x[batch, features]
input y: i64[batch]
param w1[features, 16] = he
param b1[16] = zeros
param w2[16, classes] = glorot
param b2[classes] = zeros

stage layer(x, w, b) = x @ w + b
stage surprise(logits, label) {
    largest = stop_gradient(max(logits, axis=1, keep=true))   # so that exp does not overflow
    shifted = logits - largest
    total = log(sum(exp(shifted), axis=1))
    total - sum(select(one_hot(label, classes, dtype=bool), shifted, 0), axis=1)
}
stage penalty(w) = sum(w^2) / 2

hidden = relu(layer(x, w1, b1))
logits = layer(hidden, w2, b2)
loss = mean(surprise(logits, y)) + 1e-3 * (penalty(w1) + penalty(w2))
