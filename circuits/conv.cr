# A small convolutional network on images of one channel.
input x[batch, 1, 8, 8]
input y: i64[batch]
param c1[4, 1, 3, 3] = normal(0.3)
param c2[6, 4, 3, 3] = normal(0.2)
param w[24, 3] = glorot
param b[3] = zeros

stage block(x, filters) = max_pool2d(relu(conv2d(x, filters, padding=1)), 2)

features = block(block(x, c1), c2)
logits = reshape(features, [batch, -1]) @ w + b
loss = mean(cross_entropy(logits, y))
