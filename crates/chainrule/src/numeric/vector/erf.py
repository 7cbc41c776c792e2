from mpmath import mp, mpf, erf, erfc, log, cos, pi, matrix, qr_solve, fabs
import sys, numpy as np
mp.dps=40
def fit(deg, top, single):
    n=6*deg
    xs=[mpf(top)*(1-cos(pi*(i+mpf(1)/2)/n))/2 for i in range(n)]
    g=[-log(erfc(x))/x for x in xs]
    w=[x*erfc(x)/erf(x) for x in xs]
    law=[mpf(1)]*n
    best=None
    for it in range(6):
        A=matrix(n,deg+1); b=matrix(n,1)
        for i,x in enumerate(xs):
            s=w[i]*law[i]**mpf('0.5'); p=mpf(1)
            for j in range(deg+1):
                A[i,j]=s*p; p*=x
            b[i]=s*g[i]
        c,_=qr_solve(A,b)
        e=[fabs((sum(c[j]*x**j for j in range(deg+1))-g[i])*w[i]) for i,x in enumerate(xs)]
        m=max(e)
        if best is None or m<best[0]: best=(m,c)
        tot=sum(law[i]*e[i] for i in range(n))
        law=[law[i]*e[i]/tot*n+mpf('1e-6') for i in range(n)]
    m,c=best
    cast=(lambda v: float(np.float32(float(v)))) if single else float
    r=[cast(v) for v in c]
    e2=max(fabs((sum(mpf(r[j])*x**j for j in range(deg+1))-g[i])*w[i]) for i,x in enumerate(xs))
    return m,e2,r
if __name__=="__main__":
    for d in map(int,sys.argv[3:]):
        m,e2,r=fit(d,sys.argv[1],sys.argv[2]=='s')
        print(d, mp.nstr(m,3), mp.nstr(e2,3), flush=True)
        print(r, flush=True)
