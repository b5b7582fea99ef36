/* The reading process: this program again, started with nothing but the file and a pipe, locked in, sending rows.
 *
 * table_open starts this program (/proc/self/exe) with the hidden command --read-table; a constructor in sandbox.c takes it before main, so
 * that every program that links this library can be its own reader, tests included. Started by posix_spawn and not by fork:
 * a server with threads has locks and secrets that a forked child would inherit.
 * The child's limits: no new privileges, no file can be opened, no network, no other program (seccomp, where the kernel has
 * it), 1 GiB of memory, processor time by the size of the file, no core dump. */
#ifndef EXCHANGE_SANDBOX_H
#define EXCHANGE_SANDBOX_H
#include "exchange/row.h"

enum {
  SANDBOX_MEMORY = 1 << 30,
  SANDBOX_SILENCE_SECONDS = 120, /* without a word from the reader before it is taken for dead */
};

struct sandbox;
/* fd is borrowed for the call: the reader has its own. name is copied. Waits until the header is known. Codes as table_open. */
int sandbox_open(int fd, const char *name, const struct table_options *o, struct sandbox **ret, struct err *e);
const struct table_info *sandbox_info(const struct sandbox *s);
/* As table_next. ERR_IO: the reader died or fell silent ("… stopped after row N"). */
int sandbox_next(struct sandbox *s, struct row *ret, struct err *e);
void sandbox_progress(const struct sandbox *s, int64_t *ret_done, int64_t *ret_total);
void sandbox_close(struct sandbox *s); /* takes NULL; ends the reader at any point */
#endif
