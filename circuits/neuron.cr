# The lecture's neuron, at w = (2, -3, -3) and x = (-1, -2): 0.7310585786300049.
sigmoid(w0*x0 + w1*x1 + w2)
