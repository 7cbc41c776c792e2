w = 2 * k
y = w(x + 1)
