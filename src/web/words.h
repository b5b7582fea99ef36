/* The page layer's name for words/words.h. */
#ifndef WEB_WORDS_H
#define WEB_WORDS_H
#include "words/words.h"
#endif
