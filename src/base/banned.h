/* Forced into every translation unit: functions that have a bounded, locale-free or
 * fault-injectable replacement in base/. A use is a compile error (GCC poison).
 * Poisoning comes after the system headers that declare them. strncpy, strtoul and rand are banned
 * too, but headers of xlsxwriter, libpq and OpenSSL use the words: the source checker looks for those. */
#ifndef PERENNIAL_BANNED_H
#define PERENNIAL_BANNED_H
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#if !defined(PERENNIAL_ALLOW_BANNED)
#pragma GCC poison sprintf vsprintf strcpy strcat strtok gets atoi atol atoll atof localtime gmtime ctime asctime \
  strtol strtoll strtoull strtod strtof strtold asprintf vasprintf system popen srand rand_r random_r srandom tmpnam mktemp strncat sscanf
#endif
#endif
