"""The f-I curve of the squid axon by SciPy: adaptive steps, eigenvalues of the full system; prints f_i.json."""
import json
import numpy as np
from scipy.integrate import solve_ivp
def vtrap(x,y):
    return y if abs(x/y)<1e-9 else x/(np.expm1(x/y))
def rates(V):
    u=V+65
    am=0.1*vtrap(25-u,10); bm=4*np.exp(-u/18)
    ah=0.07*np.exp(-u/20); bh=1/(np.exp((30-u)/10)+1)
    an=0.01*vtrap(10-u,10); bn=0.125*np.exp(-u/80)
    return am,bm,ah,bh,an,bn
EL=-54.387
def f(t,y,I):
    V,m,h,n=y
    am,bm,ah,bh,an,bn=rates(V)
    return [I-120*m**3*h*(V-50)-36*n**4*(V+77)-0.3*(V-EL), am*(1-m)-bm*m, ah*(1-h)-bh*h, an*(1-n)-bn*n]
def steady(V):
    am,bm,ah,bh,an,bn=rates(V); return [V,am/(am+bm),ah/(ah+bh),an/(an+bn)]
from scipy.optimize import brentq
def rest(I): return brentq(lambda V:f(0,steady(V),I)[0],-90,0)
def rate(I,dur=1000,disc=300,y0=None):
    ev=lambda t,y,I:y[0]+20
    ev.direction=1
    s=solve_ivp(f,(0,dur),y0 if y0 is not None else steady(rest(0)),args=(I,),method='LSODA',rtol=1e-8,atol=1e-10,events=ev)
    t=s.t_events[0]; t=t[t>=disc]
    if len(t)<2 or dur-t[-1]>2*max(np.diff(t)): return 0.0
    return 1000*(len(t)-1)/(t[-1]-t[0])
def eig(I):
    V=rest(I); y=np.array(steady(V)); J=np.zeros((4,4))
    for k in range(4):
        d=np.zeros(4); e=1e-6*max(1,abs(y[k])) if k==0 else 1e-7
        d[k]=e; J[:,k]=(np.array(f(0,y+d,I))-np.array(f(0,y-d,I)))/(2*e)
    return max(np.linalg.eigvals(J).real)
out={"rates":{str(I):rate(I) for I in [5,6,6.5,7,8,10,15,20,30,50,80,100,120,140,150]}}
def bis(g,a,b,n=10):
    ga=g(a)
    for _ in range(n):
        c=(a+b)/2
        if g(c)==ga:a=c
        else:b=c
    return a,b
out["onset"]=bis(lambda I:rate(I)>0,6,6.5,8)
out["rest_lost"]=bis(lambda I:eig(I)<0,8,12,30)
out["rest_found"]=bis(lambda I:eig(I)<0,140,160,30)
out["block"]=bis(lambda I:rate(I)>0,60,160,12)
print(json.dumps(out,indent=1))
