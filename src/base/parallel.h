/* Runs fn(ctx, 0..n-1) on up to `threads` threads (1 = inline). Tasks write to their own slots,
 * callers combine in index order: results do not depend on the number of threads. */
#ifndef BASE_PARALLEL_H
#define BASE_PARALLEL_H
void parallel_for(int threads, int n, void (*fn)(void *ctx, int i), void *ctx);
int parallel_cores(void); /* online CPUs, at least 1 */
#endif
