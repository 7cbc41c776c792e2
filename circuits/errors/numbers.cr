a = 1.2.3 + x
b = 2x
c = 1e999 * x
