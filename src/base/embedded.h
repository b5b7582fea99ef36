/* Files that the build puts into the program (tools/embed.c): an array that ends with name = NULL. */
#ifndef BASE_EMBEDDED_H
#define BASE_EMBEDDED_H
#include <stddef.h>

struct embedded {
  const char *name; /* file name without its folder */
  const char *data; /* size bytes and a NUL behind them */
  size_t size;
};
#endif
