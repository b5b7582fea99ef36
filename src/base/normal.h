/* The normal distribution with mean 0 and standard deviation 1. */
#ifndef BASE_NORMAL_H
#define BASE_NORMAL_H

double normal_below(double x);    /* chance of a value below x; full relative accuracy in the lower tail */
double normal_density(double x);
/* The value below which a share p lies; -INFINITY at 0, INFINITY at 1, NAN outside. Relative error about 1e-16, the same bits on any machine. */
double normal_quantile(double p);
#endif
