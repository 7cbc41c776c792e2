a = einsum("ij,jk->ik, [x, y])
b = c +
