/* Runs a command and says what it took: bench_measure [--cold FILE]... -- COMMAND...
 *
 * Prints "SECONDS CPU_SECONDS PEAK_MIB" on standard output: wall time, processor time of the command and all it waited for, and the
 * memory of its largest process. The command's own output goes to standard error. --cold writes a file's pages out and
 * drops them first, so that it is read from the disk. Exit status: the command's. */
#include "base/date.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void drop(const char *file) {
  int fd = open(file, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  (void)fsync(fd);
  (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  close(fd);
}

int main(int argc, char **argv) {
  int at = 1, status = 0;
  struct rusage use;
  for (; at + 1 < argc && strcmp(argv[at], "--cold") == 0; at += 2) drop(argv[at + 1]);
  if (at + 1 >= argc || strcmp(argv[at], "--") != 0) {
    fprintf(stderr, "usage: bench_measure [--cold FILE]... -- COMMAND...\n");
    return 2;
  }
  int64_t from = clock_mono_us();
  pid_t child = fork();
  if (child == 0) {
    dup2(2, 1);
    execvp(argv[at + 1], argv + at + 1);
    perror(argv[at + 1]);
    _exit(127);
  }
  if (child < 0 || wait4(child, &status, 0, &use) < 0) {
    perror("bench_measure");
    return 1;
  }
  double wall = (double)(clock_mono_us() - from) / 1e6;
  double cpu = (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) + (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
  printf("%.2f %.2f %.0f\n", wall, cpu, (double)use.ru_maxrss / 1024);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
