# Max routes the whole gradient to one input: at 3, -4, 2, -1 the gradients are -8, 6, 2, 0.
f = 2 * (x*y + max(z, w))
