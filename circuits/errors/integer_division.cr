input n: i64[3]
zero = 0
stage parts(whole, size) = whole / size
a = n / 0
b = n % (2 - 2)
c = n / zero
d = parts(n, 0)
e = 1 / 0 + n[0]
f = remainder(7, n) + div(n, 0)
