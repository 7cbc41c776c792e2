input x: f64[rows, 4]
param w[rows, columns] = he
x @ w
