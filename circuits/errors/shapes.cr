input x: f64[32, 10]
input v: f64[20]
param w[20, 5] = he
a = x + v
b = x @ w
c = sum(x, axis=2)
d = a + b + c + (x + v) + 1
