/* What happens inside the reading process. */
#ifndef EXCHANGE_SANDBOX_CHILD_H
#define EXCHANGE_SANDBOX_CHILD_H

#define SANDBOX_COMMAND "--read-table"
enum {
  SANDBOX_FILE_FD = 3, /* the file */
  SANDBOX_SOCKET_FD = 4, /* the parent */
  SANDBOX_RING_FD = 5, /* memory shared with it */
  SANDBOX_ARGC = 6,    /* program, command, file name, sheet, encoding, delimiter as a number */
};
/* Locks the process in, reads the table, sends it. The exit status. */
int sandbox_child(char **argv);
#endif
