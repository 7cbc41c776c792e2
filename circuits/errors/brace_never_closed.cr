stage f(x) {
    h = x * 2
    h
y = f(3)
