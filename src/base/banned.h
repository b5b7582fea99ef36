/* Forced into every translation unit: functions that have a bounded, locale-free or
 * fault-injectable replacement in base/. A use is a compile error (GCC poison).
 * Poisoning comes after the system headers that declare them. */
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
#pragma GCC poison sprintf vsprintf strcpy strcat strncpy strtok gets atoi atol atof localtime gmtime ctime asctime
#endif
#endif
