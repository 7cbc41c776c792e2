a = x + * 2
b = (x + ) * 3
c =
d = add(, x)
* 2
g = x * and y
