/* The page layer's name for words/format.h. */
#ifndef WEB_FORMAT_H
#define WEB_FORMAT_H
#include "words/format.h"
#endif
