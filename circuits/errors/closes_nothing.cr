y = x + 1)
z = x]
