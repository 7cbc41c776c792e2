# The same neuron with sigma opened into its stages.
stage sigma(z) = 1 / (1 + exp(-z))
dot = w0*x0 + w1*x1 + w2
f = sigma(dot)
