# At 3, -4: 1.5456448841, with gradients 2.0595697956 and 1.5922327515.
stage sigma(z) = 1 / (1 + exp(-z))
numerator = x + sigma(y)
denominator = sigma(x) + (x + y)^2
f = numerator / denominator
