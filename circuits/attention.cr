# One block of causal attention with two heads and a residual connection.
input x[batch, time, 8]
param q[8, 8] = glorot
param k[8, 8] = glorot
param v[8, 8] = glorot
param out[8, 8] = normal(0.1)

stage heads(x) = transpose(reshape(x, [batch, time, 2, 4]), [0, 2, 1, 3])
stage mix(q, k, v) {
    scores = q @ transpose(k, [0, 1, 3, 2]) / 4^0.5
    earlier = iota([time, time], axis=1) <= iota([time, time], axis=0)
    weights = softmax(select(broadcast(earlier, [batch, 2, time, time]), scores, -1e9))
    weights @ v
}

mixed = mix(heads(x @ q), heads(x @ k), heads(x @ v))
joined = reshape(transpose(mixed, [0, 2, 1, 3]), [batch, time, 8])
f = mean((x + joined @ out)^2)
