a = x[1:3
b = sum(x[0, axis=0)
