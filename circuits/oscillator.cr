# Slices and indices: how far a sampled signal is from x'' = -k x, by second differences.
input signal[steps]
acceleration = (signal[2:] - 2*signal[1:-1] + signal[:-2]) / dt^2
residual = acceleration + k * signal[1:-1]
start = (signal[0] - 1)^2
f = mean(residual^2) + start
