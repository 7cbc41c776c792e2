h = sigmiod(w * x)
y = exq(h) + frobnicate(h)
