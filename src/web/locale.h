/* The page layer's name for words/locale.h. */
#ifndef WEB_LOCALE_H
#define WEB_LOCALE_H
#include "words/locale.h"
#endif
