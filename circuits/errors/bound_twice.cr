x = 1
y = x * w
x = 2
param w = 0.1
stage f(a, a) = a
stage f(b) = b
