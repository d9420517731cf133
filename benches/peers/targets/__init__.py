"""One file per family of posteriors. Each has targets with

name, dimension      the number of parameters on the real line;
log_density(u)       compiled by numba, one point of the real line, up to a constant;
natural(points)      shape [..., dimension] of the real line to the parameters that are judged;
reference()          names of these parameters, their means, standard deviations and the errors of the means;
starts(count, seed)  where the other samplers start: draws of the posterior, on the real line.

A target whose evidence is compared also has likelihood(theta) and from_cube(cube), for nested sampling.
"""
