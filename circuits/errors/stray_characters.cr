y = w × x
z = w $$ x
u = $x + 3²
