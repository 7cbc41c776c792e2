y = h * 2
h = x + y
k = k + 1
stage f(x) {
    a = b * x
    b = 2
    a + b
}
stage g(x) = x * late
u = g(x)
late = u + f(u)
