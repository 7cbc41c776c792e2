input x: f64[2, 3]
y = (x + * 2) + tahn(x)
z = x @ x
