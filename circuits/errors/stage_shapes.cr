input x: f64[3]
input y: f64[4]
stage both(a, b) {
    s = a + b
    s * s
}
both(x, y)
