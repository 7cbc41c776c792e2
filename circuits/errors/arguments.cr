a = sigmoid(x, y)
b = add(x)
c = add()
d = sum(x, axes=0)
e = add(x, y, y=x)
f = add(x=1, y)
stage g(p, q) = p * q
h = g(1) + g(1, r=2)
