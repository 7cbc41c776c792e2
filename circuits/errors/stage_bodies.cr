stage f(x) {
}
stage g(x) {
    param w = 1
    h = x *
    h + w
}
stage h x = 3
stage k(x y) = x
f(1) + g(2) + h(3)
