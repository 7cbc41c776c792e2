y = w x + b
z = 2 (x + 1)
a == b = c
