input x: f64[2, 3]
input w: f64[4, 2]
h = x @ w
g = sigmiod(h
k = add(x)
y = h + k
