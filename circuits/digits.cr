# For `chainrule train`: x is all feature columns, y the label; logits and loss are required.
input x[batch, features]
input y: i64[batch]
param w1[features, 64] = he
param b1[64] = zeros
param w2[64, classes] = glorot
param b2[classes] = zeros

hidden = relu(x @ w1 + b1)
logits = hidden @ w2 + b2
loss = cross_entropy_mean(logits, y)
