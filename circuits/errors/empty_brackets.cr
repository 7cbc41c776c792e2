a = ()
b = x[]
c = (x, y)
d = f2()
