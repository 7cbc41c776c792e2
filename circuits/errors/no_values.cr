a = "text"
b = [x, y]
c = none + 1
d = [[1, 2], [3]] * x
