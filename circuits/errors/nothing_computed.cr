param w = 0.5
stage f(x) = x * w
