y = (x + 1
z = sigmoid(y * 2
z + y
