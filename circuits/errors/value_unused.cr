x + 1
stage f(x) {
    x * 2
    x * 3
}
y = f(x)
