input n: i64[3]
input x: f64[3]
a = n + 0.5
b = n * x
c = n and x
d = n * 2 + 7
