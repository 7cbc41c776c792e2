# Add distributes its gradient, multiply swaps its inputs: at -2, 5, -4 the gradients are -4, -4, 3.
q = x + y
f = q * z
