input x: f64[rows, 4]
rows = 3
x * rows
