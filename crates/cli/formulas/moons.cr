# micrograd's network for moons: two hidden layers of 16, one score, hinge loss and L2.
input x[batch, 2]
input y: i64[batch]
param w1[2, 16] = uniform(-1, 1)
param b1[16] = zeros
param w2[16, 16] = uniform(-1, 1)
param b2[16] = zeros
param w3[16] = uniform(-1, 1)
param b3 = 0

h1 = relu(x @ w1 + b1)
h2 = relu(h1 @ w2 + b2)
score = h2 @ w3 + b3
logits = stack([-score, score], axis=1)
sign = 2 * cast(y, f32) - 1
loss = mean(hinge(score, sign)) + 0.0001 * (sum(w1^2) + sum(b1^2) + sum(w2^2) + sum(b2^2) + sum(w3^2) + b3^2)
