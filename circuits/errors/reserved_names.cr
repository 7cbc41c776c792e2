f32 = 2
true = 1
stage and(x) = x
