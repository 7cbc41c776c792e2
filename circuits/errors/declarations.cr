input a: f46[3]
input b: i64[2.5]
input c = 3
param d[3]
param e[3] = hi
param f[3] = normal
param g: i64[3] = zeros
param h = uniform(1, 0)
input i[3, +]
a + b
