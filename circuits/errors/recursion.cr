stage f(x) = g(x) + 1
stage g(x) = f(x) * 2
stage h(x) = h(x)
y = f(x) + h(x)
