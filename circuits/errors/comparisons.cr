a = x < y < z
b = x + not y
(x < y) == (y < z)
